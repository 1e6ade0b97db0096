"""Check the ledger and the artefacts built from it: `python -m resig.lint [--genesets FOLDER]`."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from resig.alterations.book import lint_alterations
from resig.assays.evidence import lint_readouts
from resig.cohorts import lint_cohorts
from resig.derive import drifted
from resig.errors import ResigError
from resig.ledger import lint, read_sources
from resig.nomenclature import Mirnas, Resolver


def main(arguments: Sequence[str] | None = None) -> int:
    """Print every defect with its file and line; return 0 when there is none."""
    parser = argparse.ArgumentParser(prog="python -m resig.lint", description=__doc__)
    parser.add_argument("--genesets", type=Path, default=Path("resources/genesets"))
    parser.add_argument("--nomenclature", type=Path, default=Path("resources/nomenclature"))
    parser.add_argument("--cohorts", type=Path, default=Path("resources/cohorts/cohorts.tsv"))
    parser.add_argument("--examples", type=Path, default=Path("config/examples"))
    parser.add_argument("--schema", type=Path, default=Path("workflow/schemas/config.schema.yaml"))
    chosen = parser.parse_args(arguments)
    try:
        genes = Resolver.load(chosen.nomenclature / "hgnc.tsv")
        mirnas = Mirnas.load(chosen.nomenclature / "mirna.tsv")
        problems = lint(chosen.genesets, genes, mirnas)
        problems += lint_alterations(chosen.genesets, genes)
        sources = read_sources(chosen.genesets)
        problems += lint_readouts(chosen.genesets, sources, genes)
        documents = sources.documents["document"].tolist()
        problems += lint_cohorts(chosen.cohorts, chosen.examples, chosen.schema, documents)
        problems += [
            f"{name}: does not follow from the ledger" for name in ([] if problems else drifted(chosen.genesets))
        ]
    except ResigError as error:
        print(f"ERROR: {error}", file=sys.stderr)
        return 1
    for problem in problems:
        print(problem)
    print(f"{len(problems)} defects in {chosen.genesets}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
