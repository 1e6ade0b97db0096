"""Ranks of the genes of each row."""

import numpy as np
from scipy import sparse, stats


def dense_ranks(rows: sparse.csr_matrix, ties: str) -> np.ndarray:
    """Rank all genes of each row in ascending order, zeros included."""
    return stats.rankdata(rows.toarray(), method=ties, axis=1)


def stored_ranks(rows: sparse.csr_matrix) -> sparse.csr_matrix:
    """Rank the values of each row that are not zero in descending order (1 = highest), ties averaged."""
    rows = rows.copy()
    rows.eliminate_zeros()
    owner = np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr))
    order = np.lexsort((-rows.data, owner))
    value, row = rows.data[order], owner[order]
    place = np.arange(len(order)) - rows.indptr[row]
    opens = np.ones(len(order), dtype=bool)
    opens[1:] = (value[1:] != value[:-1]) | (row[1:] != row[:-1])
    group = np.cumsum(opens) - 1
    first = place[opens]
    size = np.bincount(group) if len(group) else np.zeros(0, dtype=int)
    averaged = np.empty(len(order))
    averaged[order] = (first + (size + 1) / 2)[group]
    return sparse.csr_matrix((averaged, rows.indices, rows.indptr), shape=rows.shape)
