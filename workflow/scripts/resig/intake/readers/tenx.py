"""What the files of 10x Genomics share: features of several types, of which the genes are taken."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from resig.errors import ResigError
from resig.intake.readers.csr_file import Names

GENES = "Gene Expression"


@dataclass(frozen=True)
class Features:
    """Names, ids and types of the rows of a 10x matrix; ids and types may be absent."""

    names: Sequence[str]
    ids: Sequence[str]
    types: Sequence[str]

    def genes(self, where: str) -> "np.ndarray | None":
        """Return the places of the genes among other features; None where all are genes."""
        kinds = Counter(self.types)
        if not kinds or set(kinds) == {GENES}:
            return None
        if not kinds[GENES]:
            found = ", ".join(f"{count} '{kind}'" for kind, count in kinds.most_common())
            raise ResigError(
                f"has no '{GENES}' features, only {found}", where=where, todo="name the file with the genes"
            )
        return np.flatnonzero(np.array(self.types, dtype=object) == GENES)

    def named(self, places: "np.ndarray | None") -> Names:
        """Return the names of the features that are taken, with their ids beside them."""
        at = range(len(self.names)) if places is None else places.tolist()
        columns = {"gene_ids": [self.ids[each] for each in at]} if self.ids else {}
        return Names([self.names[each] for each in at], columns)

    def named_genes(self, where: str) -> Sequence[str]:
        """Return the names of the genes."""
        return self.named(self.genes(where)).index

    def facts(self, where: str) -> dict[str, object]:
        """Say how many features of other types are left out."""
        left = {kind: count for kind, count in Counter(self.types).items() if kind != GENES}
        return {"features_left_out": left} if self.genes(where) is not None else {}


def column_map(places: "np.ndarray | None", n: int) -> np.ndarray:
    """Return the new place of each of `n` features, -1 for those that are left out."""
    if places is None:
        return np.arange(n, dtype=np.int32)
    moved = np.full(n, -1, np.int32)
    moved[places] = np.arange(len(places), dtype=np.int32)
    return moved
