"""One pass over the matrix: every signature by every method, span by span on all threads, into one Parquet file."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TextIO, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from resig.arrow import column_of, numbers
from resig.errors import ResigError
from resig.files import whole_file
from resig.matrix import open_matrix
from resig.rows import RowReader, open_rows
from resig.scoring.block import Block, Columns, Scale, build_block
from resig.scoring.cell_null import CellNull
from resig.scoring.inputs import Observations, Universe
from resig.scoring.method import Method, Scores
from resig.scoring.panel import Panel
from resig.scoring.progress import Progress

Path_ = str | os.PathLike[str]
PARTS = ("", "__up", "__down")
# A column holds 8 bytes for each row of a group, and a kilobyte of each group until the end: least for 2 million rows.
ROW_GROUP = 16_000
LARGEST_COHORT = 200_000_000  # values of a matrix that a method may ask for as a whole


@dataclass(frozen=True)
class Plan:
    """What a run computes: the methods, whether single cells are held against matched sets, and by how many drawn."""

    methods: Sequence[Method]
    cell_null: bool = False
    null_draws: int = 0


def score_dataset(
    matrix: Path_,
    units: str,
    kind: str,
    universe: Universe,
    observations: Observations,
    panel: Panel,
    signatures: Sequence[str],
    plan: Plan,
    target: Path_,
    threads: int = 1,
    span: int | None = None,
    direct: bool = True,
    shard: tuple[int, int] = (1, 1),
    terminal: TextIO | None = None,
    called: str = "",
) -> None:
    """Write scores.parquet: a row for each observation in use, a column for each `{signature}__{method}` and part.

    The file is the same, byte by byte, for any number of threads and any `span` (stored values read at a time).
    `direct=False` leaves all reading to the HDF5 library. With `shard=(2, 8)` the second eighth of the rows is scored;
    `gather_scores` puts the shards together. A long pass says on the `terminal` how far the dataset so `called` is.
    """
    with open_rows(open_matrix(matrix), direct) as reader:
        engine = Engine(reader, universe, observations, Scale.of(units, kind), panel, signatures, plan)
        begin, end = rows_of_shard(reader.n_rows, *shard)
        before = reader.bytes_until(begin)
        names = observations.names(int((observations.place[:begin] >= 0).sum()))
        progress = Progress(end - begin, reader.bytes_until(end) - before, terminal=terminal, called=called)
        with whole_file(target) as partial, ScoreFile(partial, score_schema(engine.columns)) as file:
            for last, scores in in_turn(engine.score_span, reader.spans(span, begin, end), threads):
                file.add(names.take(scores.shape[1]), scores)
                progress.reach(last - begin, reader.bytes_until(last) - before)


def rows_of_shard(n_rows: int, number: int, shards: int) -> tuple[int, int]:
    """Return the rows (first, last) of one shard, counted from 1; shards differ by one row at most."""
    return n_rows * (number - 1) // shards, n_rows * number // shards


def gather_scores(shards: Sequence[Path_], target: Path_) -> None:
    """Put shards together, in their order, into the file that one pass would have written, byte by byte."""
    schema = pq.read_schema(shards[0])
    with whole_file(target) as partial, ScoreFile(partial, schema) as file:
        for shard in shards:
            with pq.ParquetFile(shard) as part:
                if part.schema_arrow.names != schema.names:
                    raise ResigError(
                        f"its columns are not those of {shards[0]}", where=str(shard), todo="delete both, and run again"
                    )
                for group in range(part.num_row_groups):
                    rows = part.read_row_group(group).combine_chunks()
                    scores = np.array([numbers(column.combine_chunks(), pa.float64()) for column in rows.columns[1:]])
                    file.add(rows["observation"].combine_chunks(), scores.reshape(len(schema) - 1, rows.num_rows))


class Engine:
    """Everything that is fixed before the first row is read; scores spans of rows, from any thread."""

    def __init__(
        self,
        reader: RowReader,
        universe: Universe,
        observations: Observations,
        scale: Scale,
        panel: Panel,
        signatures: Sequence[str],
        plan: Plan,
    ) -> None:
        self.reader, self.observations, self.scale = reader, observations, scale
        self.panel, self.plan = panel, plan
        if len(universe.gene_of) != reader.n_columns:
            raise ResigError(
                f"has {reader.n_columns} features, the table of genes {len(universe.gene_of)}",
                where=reader.matrix.path,
                todo="run intake again",
            )
        self.scorers = {each.name: each.prepare(each.panel(panel)) for each in plan.methods if each.prepare}
        self.eligible = {each.name: _eligible(each, panel) for each in plan.methods}
        self.chosen = {name: _as_slice(eligible) for name, eligible in self.eligible.items()}
        self.nulls = {
            each.name: CellNull(each, panel, plan.null_draws)
            for each in plan.methods
            if plan.cell_null and each.as_gene_sum
        }
        self.of_members = Columns(universe.gene_of, panel.wanted())
        self.of_all_genes = Columns(universe.gene_of, np.ones(panel.n_genes, np.uint8))
        self.columns = self._columns(signatures)
        self.targets = self._targets()
        self.cohort = self._score_cohort()

    def score_span(self, span: tuple[int, int]) -> "Answer":
        """Return where the span ends, and by column the scores of the observations in it that are in use."""
        first, last = span
        place = self.observations.place[first:last]
        rows = self.reader.read(first, last).pick(place >= 0)
        place = place[place >= 0]
        scores = np.full((len(self.columns), len(rows)), np.nan)
        if len(rows):
            blocks = Blocks(
                build=lambda columns: build_block(rows, columns, self.scale, first),
                columns={False: self.of_members, True: self.of_all_genes},
            )
            for method in self.plan.methods:
                parts = self._parts(method, blocks, place)
                for target, values in zip(self.targets[method.name], parts, strict=True):
                    scores[target] = values[:, self.chosen[method.name]].T
        return last, scores

    def _parts(self, method: Method, blocks: "Blocks", place: np.ndarray) -> Iterator[np.ndarray]:
        """Yield the scores of some rows: the whole, up and down members, and where they stand among matched sets."""
        has_null = method.name in self.nulls
        if method.name in self.scorers:
            scores = self.scorers[method.name](blocks.of(method.all_genes or has_null))
        else:
            cohort = self.cohort[method.name]
            scores = Scores(cohort.whole[place], cohort.up[place], cohort.down[place])
        yield from (scores.whole, scores.up, scores.down)
        if has_null:
            null = self.nulls[method.name](blocks.of(all_genes=True), scores.whole)
            yield null.z
            if null.p is not None:
                yield null.p

    def _columns(self, signatures: Sequence[str]) -> list[str]:
        return [
            f"{signature}__{method.name}{part}"
            for method in self.plan.methods
            for signature in signatures
            for part in self._part_names(method)
        ]

    def _targets(self) -> dict[str, list[slice | np.ndarray]]:
        """Return for each method and part the columns that its eligible sets are written to."""
        place = {name: at for at, name in enumerate(self.columns)}
        return {
            method.name: [
                _as_slice(
                    [place[f"{self.panel.signatures[at]}__{method.name}{part}"] for at in self.eligible[method.name]]
                )
                for part in self._part_names(method)
            ]
            for method in self.plan.methods
        }

    def _part_names(self, method: Method) -> tuple[str, ...]:
        return (*PARTS, *self._null_parts(method))

    def _null_parts(self, method: Method) -> tuple[str, ...]:
        if method.name not in self.nulls:
            return ()
        return ("__null_z", "__null_p") if self.plan.null_draws else ("__null_z",)

    def _score_cohort(self) -> dict[str, Scores]:
        """Let the methods that need the whole matrix at once have it."""
        asking = [each for each in self.plan.methods if each.score_cohort]
        if not asking or not self.panel.signatures:
            return {each.name: Scores(*np.full((3, len(self.observations), 0), np.nan)) for each in asking}
        size = len(self.observations) * self.panel.n_genes
        if size > LARGEST_COHORT:
            raise ResigError(
                f"method {asking[0].name} needs all {len(self.observations):,} observations x "
                f"{self.panel.n_genes:,} genes in memory at once",
                where=self.reader.matrix.path,
                todo="leave it out for this dataset",
            )
        log = self._dense_log()
        return {
            each.name: each.score_cohort(log, each.panel(self.panel))
            for each in asking
            if each.score_cohort is not None
        }

    def _dense_log(self) -> np.ndarray:
        log = np.zeros((len(self.observations), self.panel.n_genes))
        for first, last in self.reader.spans():
            place = self.observations.place[first:last]
            rows = self.reader.read(first, last).pick(place >= 0)
            block = build_block(rows, self.of_all_genes, self.scale, first)
            log[place[place >= 0][block.row], block.gene] = block.log
        return log


@dataclass
class Blocks:
    """The rows of one span as methods see them, with entries of members alone or of all genes; built when asked for."""

    build: Callable[[Columns], Block]
    columns: Mapping[bool, Columns]
    built: dict[bool, Block] = field(default_factory=dict)

    def of(self, all_genes: bool) -> Block:
        """Return the block with entries of all genes, or of members alone."""
        if all_genes not in self.built:
            self.built[all_genes] = self.build(self.columns[all_genes])
        return self.built[all_genes]


def _eligible(method: Method, panel: Panel) -> np.ndarray:
    """Return the sets with as many members as the method needs."""
    own = method.panel(panel)
    return np.flatnonzero(own.n_up + own.n_down >= method.at_least)


def _as_slice(places: Sequence[int] | np.ndarray) -> slice | np.ndarray:
    """Return places that ascend by equal steps as a slice, through which numpy copies many times faster."""
    steps = np.diff(places)
    if len(steps) and steps[0] > 0 and (steps == steps[0]).all():
        return slice(int(places[0]), int(places[-1]) + 1, int(steps[0]))
    return np.asarray(places, dtype=np.int64)


Span = tuple[int, int]
Answer = tuple[int, np.ndarray]
Result = TypeVar("Result")


def in_turn(work: Callable[[Span], Result], spans: Iterable[Span], threads: int) -> Iterator[Result]:
    """Work on spans on some threads and yield the answers in order; few are kept waiting, so that memory is bounded."""
    if threads <= 1:
        yield from map(work, spans)
        return
    with ThreadPoolExecutor(threads) as pool:
        waiting: deque[Future[Result]] = deque()
        for span in spans:
            waiting.append(pool.submit(work, span))
            if len(waiting) > threads + 1:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def score_schema(columns: Iterable[str]) -> pa.Schema:
    """Return the columns of scores.parquet."""
    return pa.schema([("observation", pa.string()), *((name, pa.float64()) for name in columns)])


class ScoreFile:
    """A Parquet file of scores that is written in groups of rows of one size, however the rows arrive."""

    def __init__(self, path: Path_, schema: pa.Schema) -> None:
        self.schema = schema
        self.writer = pq.ParquetWriter(
            path,
            self.schema,
            compression="zstd",
            compression_level=1,
            use_dictionary=["observation"],
            write_statistics=False,  # they would be kept in memory, for each column and group, until the end
        )
        self.scores = np.empty((len(self.schema) - 1, ROW_GROUP))
        self.names: list[pa.Array] = []
        self.filled = 0

    def __enter__(self) -> "ScoreFile":
        return self

    def __exit__(self, *_: object) -> None:
        self._write()
        del self.scores  # before Parquet copies what it keeps of each column and group
        self.writer.close()

    def add(self, names: pa.Array, scores: np.ndarray) -> None:
        """Append rows: their names, and columns x rows of scores."""
        done = 0
        while done < len(names):
            n = min(len(names) - done, ROW_GROUP - self.filled)
            self.names.append(names.slice(done, n))
            self.scores[:, self.filled : self.filled + n] = scores[:, done : done + n]
            self.filled, done = self.filled + n, done + n
            if self.filled == ROW_GROUP:
                self._write()

    def _write(self) -> None:
        if not self.filled:
            return
        values = [pa.concat_arrays(self.names)]
        values += [column_of(column[: self.filled]) for column in self.scores]
        self.writer.write_table(pa.Table.from_arrays(values, schema=self.schema), row_group_size=ROW_GROUP)
        self.names, self.filled = [], 0
