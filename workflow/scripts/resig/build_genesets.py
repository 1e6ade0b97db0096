"""Build the gene set artefacts from the ledger: `python -m resig.build_genesets [--check] [FOLDER]`."""

import argparse
import sys
from collections.abc import Sequence

from resig.derive import build, drifted
from resig.errors import ResigError


def main(arguments: Sequence[str] | None = None) -> int:
    """Build, or with `--check` only say what has drifted; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m resig.build_genesets", description=__doc__)
    parser.add_argument("folder", nargs="?", default="resources/genesets", help="folder of the ledger")
    parser.add_argument("--check", action="store_true", help="write nothing; fail if an artefact is out of date")
    chosen = parser.parse_args(arguments)
    try:
        if not chosen.check:
            print("\n".join(f"built {path}" for path in build(chosen.folder)))
            return 0
        stale = drifted(chosen.folder)
    except ResigError as error:
        print(f"ERROR: {error}", file=sys.stderr)
        return 1
    for name in stale:
        print(f"ERROR: {chosen.folder}/{name} is out of date; run python -m resig.build_genesets")
    print(f"{len(stale)} artefacts have drifted" if stale else "the artefacts follow from the ledger")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
