"""Scoring: one method a file, one record a method, one streaming runner for all."""

from resig.scoring import singscore, ssgsea, ucell, zmean
from resig.scoring.method import Method

METHODS: dict[str, Method] = {
    method.name: method for method in (zmean.METHOD, ucell.METHOD, singscore.METHOD, ssgsea.METHOD)
}
