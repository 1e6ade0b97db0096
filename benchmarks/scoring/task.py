"""One measurement in a process of its own: read the data, score it, say what it cost.

    python task.py NAME DATA SETS OUT [--threads N]

prints one line of JSON: seconds of wall and CPU for reading and scoring, seconds to import and to load compiled code,
peak memory. Scores go to OUT (.npy) so that they can be compared. NAME is `floor`, `floor library`, `ours
METHOD,METHOD` (with `+null`, `+file` or `+library`), or a peer.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

SCRIPTS = Path(__file__).resolve().parents[2] / "workflow" / "scripts"
Sets = dict[str, dict[str, int]]


def main() -> None:
    """Run one task."""
    parser = argparse.ArgumentParser()
    parser.add_argument("name")
    parser.add_argument("data", type=Path)
    parser.add_argument("sets", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--warm", type=Path, help="small data that is scored first, so that compiled code is loaded")
    asked = parser.parse_args()
    sets = {name: {gene: sign for gene, sign in own} for name, own in json.loads(asked.sets.read_text()).items()}
    began, cpu = time.perf_counter(), cpu_seconds()
    ours = asked.name.split()[0] in ("floor", "ours")
    task = (our_task if ours else PEERS[asked.name])(asked, sets)
    imported, import_cpu = time.perf_counter(), cpu_seconds() - cpu
    if asked.warm:
        task(asked.warm)
    started, cpu = time.perf_counter(), cpu_seconds()
    scores = task(asked.data)
    wall, cpu = time.perf_counter() - started, cpu_seconds() - cpu
    if scores is not None:
        import numpy as np

        np.save(asked.out, scores)
    print(
        json.dumps(
            {
                "wall": wall,
                "cpu": cpu,
                "import": imported - began,
                "import_cpu": import_cpu,
                "warm": started - imported,
                "rss": peak_memory(),
            }
        )
    )


def cpu_seconds() -> float:
    """CPU of this process and of those it has started."""
    import psutil

    me = psutil.Process()
    times = [each.cpu_times() for each in (me, *me.children(recursive=True))]
    return sum(each.user + each.system for each in times)


def peak_memory() -> float:
    """Peak resident memory of this process in MB; the runner watches those that it starts.

    Not by getrusage: there a process begins with the peak of the one that started it.
    """
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return next(float(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) / 1e3


Task = Callable[[Path], object]


def our_task(asked: argparse.Namespace, sets: Sets) -> Task:
    """Import the engine and return what reads and scores."""
    sys.path.insert(0, str(SCRIPTS))
    import numpy as np

    from resig.compiled import kernel
    from resig.matrix import open_matrix
    from resig.rows import RowReader, open_rows
    from resig.scoring import METHODS
    from resig.scoring.block import Scale
    from resig.scoring.inputs import Universe, read_observations
    from resig.scoring.panel import Genes, Panel
    from resig.scoring.run import Engine, Plan, in_turn, score_dataset

    scale, threads = Scale.of("log", "single_cell"), asked.threads

    @kernel
    def add_values(columns: np.ndarray, values: np.ndarray, own: np.ndarray) -> None:
        for at in range(columns.shape[0]):
            gene, value = np.uint32(columns[at]), np.float64(values[at])
            own[0, gene] += 1.0
            own[1, gene] += value
            own[2, gene] += value * value

    def statistics(reader: RowReader) -> Genes:
        """First pass, for methods that need the mean and the spread of genes."""
        n = reader.n_columns

        def add_up(span: tuple[int, int]) -> np.ndarray:
            rows, own = reader.read(*span), np.zeros((3, n))
            add_values(rows.columns, rows.values, own)
            return own

        detected, *sums = sum(in_turn(add_up, reader.spans(1_000_000), threads), np.zeros((3, n)))
        mean = sums[0] / reader.n_rows
        sd = np.sqrt(np.maximum(sums[1] / reader.n_rows - mean**2, 0))
        return Genes([f"G{at}" for at in range(n)], mean, sd, detected / reader.n_rows)

    what, _, extra = asked.name.partition("+")
    kind, _, names = what.partition(" ")
    if kind == "floor":

        def floor(path: Path) -> None:
            with open_rows(open_matrix(path), direct="library" not in names) as reader:
                for _ in in_turn(lambda span: (span[1], *(reader.read(*span),) * 2), reader.spans(), threads):  # type: ignore[arg-type,return-value]
                    pass

        return floor
    methods = [METHODS[name] for name in names.split(",")]

    def panel_of(genes: Genes) -> Panel:
        place = {symbol: at for at, symbol in enumerate(genes.symbols)}
        own = [(place[gene], at, sign) for at, each in enumerate(sets.values()) for gene, sign in each.items()]
        gene, owner, weight = (np.array(each) for each in zip(*own, strict=True))
        return Panel(list(sets), genes, gene, owner, weight.astype(float))

    def score(path: Path) -> "np.ndarray | None":
        with open_rows(open_matrix(path), direct=extra != "library") as reader:
            names = [f"G{at}" for at in range(reader.n_columns)]
            unknown = Genes(names, *np.random.default_rng(0).random((3, reader.n_columns)))
            needed = any(method.passes > 1 for method in methods)
            genes = statistics(reader) if needed else unknown
            universe = Universe(genes, np.arange(reader.n_columns, dtype=np.int32))
            observations = read_observations(_observations_of(path, reader.n_rows), reader.n_rows)
            panel, plan = panel_of(genes), Plan(methods, cell_null=extra == "null")
            if extra == "file":
                target = asked.out.with_suffix(".parquet")
                score_dataset(
                    path, "log", "single_cell", universe, observations, panel, list(sets), plan, target, threads
                )
                return None
            engine = Engine(reader, universe, observations, scale, panel, list(sets), plan)
            if methods[0].name == "score_genes" and asked.out.with_suffix(".controls.json").exists():
                engine.scorers["score_genes"] = _with_scanpys_controls(panel, asked.out.with_suffix(".controls.json"))
            parts = len(engine.columns) // len(methods) // len(sets)
            wholes = slice(0, parts * len(sets), parts)  # of the first method
            scores = np.empty((len(sets), reader.n_rows))
            done = 0
            for last, found in in_turn(engine.score_span, reader.spans(), threads):
                scores[:, done:last] = found[wholes]
                done = last
            return scores.T

    return score


def _observations_of(path: Path, n_rows: int) -> Path:
    """Write the names of all cells beside the data, as intake does, where they are not there yet."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    target = path.with_suffix(".observations.parquet")
    if not target.exists():
        rows = pa.array(range(n_rows))
        pq.write_table(pa.table({"observation": rows.cast(pa.string()), "row": rows}), target)
    return target


def _with_scanpys_controls(panel: object, path: Path) -> object:
    import numpy as np

    from resig.scoring.score_genes import against_controls

    drawn = [np.array(each, dtype=int) for each in json.loads(path.read_text())]
    return against_controls(panel, [*drawn, *([np.zeros(0, int)] * len(drawn))])  # type: ignore[arg-type]


def signed(own: dict[str, int]) -> list[str]:
    """Name members as pyucell wants them."""
    return [f"{gene}{'+' if sign > 0 else '-'}" for gene, sign in own.items()]


def pyucell(asked: argparse.Namespace, sets: Sets) -> Task:
    """Read with anndata, score with pyucell on all threads."""
    import anndata
    from pyucell import compute_ucell_scores

    def score(path: Path) -> object:
        data = anndata.read_h5ad(path)
        compute_ucell_scores(data, {name: signed(own) for name, own in sets.items()}, n_jobs=asked.threads)
        return data.obs[[f"{name}_UCell" for name in sets]].to_numpy()

    return score


def decoupler(method: str) -> Callable[[argparse.Namespace, Sets], Task]:
    """Read with anndata, score with decoupler, all genes kept; linear models in blocks of 2,000 cells."""

    def prepare(asked: argparse.Namespace, sets: Sets) -> Task:
        import anndata
        import decoupler
        import pandas as pd

        rows = [(name, gene, sign) for name, own in sets.items() for gene, sign in own.items()]
        net = pd.DataFrame(rows, columns=["source", "target", "weight"])

        def score(path: Path) -> object:
            data = anndata.read_h5ad(path)
            blocks = {} if method == "aucell" else {"bsize": 2_000}
            getattr(decoupler.mt, method)(data, net, tmin=1, empty=False, **blocks)
            return data.obsm[f"score_{method}"][list(sets)].to_numpy()

        return score

    return prepare


def scanpy(asked: argparse.Namespace, sets: Sets) -> Task:
    """Read with anndata, score one set after the other with scanpy; its control genes are kept for the comparison."""
    import anndata
    import numpy as np
    import scanpy
    from scanpy.tools import _score_genes

    drawn: list[set[str]] = []
    bins = _score_genes._score_genes_bins

    def noting(*args: object, **how: object) -> object:
        for genes in bins(*args, **how):  # type: ignore[arg-type]
            drawn[-1].update(genes)
            yield genes

    def score(path: Path) -> object:
        _score_genes._score_genes_bins = noting  # type: ignore[assignment]
        data = anndata.read_h5ad(path)
        drawn.clear()
        for name, own in sets.items():
            drawn.append(set())
            scanpy.tl.score_genes(data, list(own), score_name=name)
        place = {gene: at for at, gene in enumerate(data.var_names)}
        controls = [sorted(place[gene] for gene in each) for each in drawn]
        asked.out.with_name("ours.controls.json").write_text(json.dumps(controls))
        return np.column_stack([data.obs[name] for name in sets])

    return score


def gseapy(asked: argparse.Namespace, sets: Sets) -> Task:
    """Read the samples, score with gseapy."""
    import gseapy
    import h5py
    import pandas as pd

    def score(path: Path) -> object:
        with h5py.File(path) as file:
            values = file["X"][:]
        frame = pd.DataFrame(values.T, index=[f"G{at}" for at in range(values.shape[1])])
        frame.columns = [f"c{at}" for at in range(len(values))]
        named = {name: list(own) for name, own in sets.items()}
        found = gseapy.ssgsea(frame, named, outdir=None, min_size=1, max_size=10_000, threads=asked.threads).res2d
        wide = found.astype({"ES": float}).pivot(index="Name", columns="Term", values="ES")
        return wide.loc[frame.columns, list(sets)].to_numpy()

    return score


PEERS: dict[str, Callable[[argparse.Namespace, Sets], Task]] = {
    "pyucell": pyucell,
    "decoupler aucell": decoupler("aucell"),
    "decoupler ulm": decoupler("ulm"),
    "decoupler mlm": decoupler("mlm"),
    "scanpy score_genes": scanpy,
    "gseapy ssgsea": gseapy,
}

if __name__ == "__main__":
    main()
