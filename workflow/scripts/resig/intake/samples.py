"""Who is who: observations joined to biological samples, and one row of metadata for each sample."""

from collections import Counter
from dataclasses import dataclass

import pandas as pd

from resig.errors import ResigError
from resig.intake.labels import Labels
from resig.intake.mismatch import likely_reason

BULK_TYPE = "bulk"
ALL_CELLS = "all cells"
OWN = ("sample", "n_cells")


@dataclass(frozen=True)
class Join:
    """Rows of the matrix to use, what each is, the sample table, and what did not match."""

    rows: list[int]
    observations: pd.DataFrame
    samples: pd.DataFrame
    only_in_matrix: list[str]
    only_in_metadata: list[str]
    not_constant: dict[str, str]


def beside(name: str) -> str:
    """Return the name that a column of the user's has beside the columns of the sample table."""
    return f"{name}_in_metadata" if name in OWN else name


def join_bulk(names: list[str], labels: Labels, sample: str, batch: str | None) -> Join:
    """Match rows of a bulk matrix to rows of its metadata by sample id."""
    ids = labels.load(sample)
    twice = [name for name, count in Counter(ids).items() if count > 1 and name]
    if twice:
        raise ResigError(
            f"sample '{twice[0]}' stands in {Counter(ids)[twice[0]]} rows of column '{sample}'",
            where=labels.source,
            todo="one row for each sample is needed",
        )
    row_of = {name: row for row, name in enumerate(ids) if name}
    rows = [row for row, name in enumerate(names) if name in row_of]
    matched = [names[row] for row in rows]
    if not matched:
        reason = likely_reason(list(row_of), names)
        hint = (
            f"'{reason.there}' there looks like '{reason.here}' in the matrix: {reason.what}"
            if reason
            else (f"ids there begin with '{next(iter(row_of), '')}', in the matrix with '{names[0]}'")
        )
        raise ResigError(f"shares no sample with the matrix (column '{sample}')", where=labels.source, todo=hint)
    columns = {beside(name): labels.load(name) for name in labels.columns if name != "sample" or sample != "sample"}
    picked = [row_of[name] for name in matched]
    samples = pd.DataFrame(
        {"sample": matched} | {name: [values[row] for row in picked] for name, values in columns.items()}
    )
    observations = pd.DataFrame(
        {
            "observation": matched,
            "sample": matched,
            "cell_type": BULK_TYPE,
            "batch": samples[beside(batch)].tolist() if batch and batch != sample else "",
        }
    )
    known = set(names)
    return Join(
        rows,
        observations,
        samples,
        only_in_matrix=[name for name in names if name not in row_of],
        only_in_metadata=[name for name in row_of if name not in known],
        not_constant={},
    )


def join_cells(names: list[str], labels: Labels, sample: str, cell_type: str | None, batch: str | None) -> Join:
    """Say for each cell its biological sample and its type; keep the columns that are constant within a sample."""
    columns = {name: labels.load(name) for name in labels.columns if len(labels.load(name)) == len(names)}
    frame = pd.DataFrame(columns)
    owners = frame[sample]
    rows = [row for row, owner in enumerate(owners) if owner and (cell_type is None or frame[cell_type].iat[row])]
    if not rows:
        asked = f"columns '{sample}' and '{cell_type}'" if cell_type else f"column '{sample}'"
        raise ResigError(f"no cell has a value in {asked}", where=labels.source, todo="name the sample column")
    used = frame.iloc[rows]
    observations = pd.DataFrame(
        {
            "observation": [names[row] for row in rows],
            "sample": used[sample].tolist(),
            "cell_type": used[cell_type].tolist() if cell_type else ALL_CELLS,
            "batch": used[batch].tolist() if batch else "",
        }
    )
    by_sample = used.groupby(sample, sort=True)
    levels = {name: by_sample[name].nunique() for name in frame.columns if name != sample}
    constant = [name for name, counts in levels.items() if counts.max() == 1]
    samples = by_sample[constant].first().rename(columns={name: beside(name) for name in constant})
    samples = samples.rename_axis("sample").reset_index().assign(n_cells=by_sample.size().to_numpy())
    if sample != "sample":
        samples.insert(1, beside(sample), samples["sample"])
    varying = {name: str(counts.idxmax()) for name, counts in levels.items() if name not in constant}
    dropped = [names[row] for row in sorted(set(range(len(names))) - set(rows))]
    return Join(rows, observations, samples, only_in_matrix=dropped, only_in_metadata=[], not_constant=varying)
