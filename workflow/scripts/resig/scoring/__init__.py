"""Scoring: one method a file, one record a method, one streaming runner for all."""

import importlib.util
from collections.abc import Iterable
from pathlib import Path

from resig.errors import ResigError, nearest
from resig.scoring import aucell, gsva, mlm, score_genes, singscore, ssgsea, ucell, ulm, wmean, zmean
from resig.scoring.method import Method

METHODS: dict[str, Method] = {
    method.name: method
    for method in (
        zmean.METHOD,
        ucell.METHOD,
        ucell.CLIPPED,
        aucell.METHOD,
        aucell.ORDERED,
        score_genes.METHOD,
        singscore.METHOD,
        ssgsea.METHOD,
        gsva.METHOD,
        ulm.METHOD,
        mlm.METHOD,
        wmean.METHOD,
    )
}


def find_methods(names: Iterable[str], files: Iterable[str] = ()) -> list[Method]:
    """Return methods by name: those that resig has, and those that a user's own files define."""
    known = METHODS | {method.name: method for method in map(load_method, files)}
    found = []
    for name in names:
        if name not in known:
            raise ResigError(f"there is no scoring method '{name}'", todo=nearest(name, known, "methods"))
        found.append(known[name])
    return found


def load_method(path: str) -> Method:
    """Take the METHOD of a Python file; the method is called as the file is."""
    name = Path(path).stem
    spec = importlib.util.spec_from_file_location(f"resig_own_{name}", path)
    if spec is None or spec.loader is None or not Path(path).is_file():
        raise ResigError("is not a Python file", where=path, todo="docs/add_a_method.md shows a complete one")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise ResigError(f"cannot be run ({type(error).__name__}: {error})", where=path, todo="mend it") from error
    method = getattr(module, "METHOD", None)
    if not isinstance(method, Method):
        raise ResigError("defines no METHOD", where=path, todo="docs/add_a_method.md shows a complete one")
    if method.name != name or name in METHODS:
        raise ResigError(
            f"its METHOD is called '{method.name}'", where=path, todo="give it the name of the file, and one not taken"
        )
    return method
