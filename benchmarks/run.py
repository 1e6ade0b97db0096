"""Measure the scoring engine beside its peers and write docs/performance.md.

    python benchmarks/run.py [--cells 50000] [--repeats 3] [--full] [--data DIR] [--threads 2]

`--full` adds 200,000 cells beside the peers, each of which runs once, and 1,000,000 cells of ours alone.
Data are made once, from seeds, in DIR. A quick look: `--cells 2000 --repeats 1`. A long table in several sittings:
`--add` keeps what was measured before in DIR and replaces what is measured anew.
"""

import argparse
import datetime
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from scoring import data, report

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
Result = dict[str, Any]

# peer, whether sets are signed, and by method what of ours is held against it
PAIRS = [
    ("pyucell", True, {"UCell": "ours ucell_clipped"}),
    ("decoupler aucell", False, {"AUCell": "ours aucell", "AUCell, its order of ties": "ours aucell_ordered"}),
    ("scanpy score_genes", False, {"score_genes": "ours score_genes"}),
    ("decoupler ulm", True, {"ulm": "ours ulm"}),
    ("decoupler mlm", True, {"mlm": "ours mlm"}),
]
METHODS = [method for _, _, ours in PAIRS for method in ours]
EVERYTHING = "ucell,zmean,aucell,score_genes,singscore,ssgsea,ulm,mlm,wmean"
ALONE = [
    ("reading alone (floor)", "floor"),
    ("ucell", "ours ucell"),
    ("ucell with null", "ours ucell+null"),
    ("zmean, ucell into a file", "ours zmean,ucell+file"),
    ("nine methods in one pass", f"ours {EVERYTHING}"),
]
SIXTY = [("60 sets: zmean, ucell into a file", "ours zmean,ucell+file")]
COMPRESSED = [
    ("gzip: reading alone, by the HDF5 library", "floor library"),
    ("gzip: reading alone, ours", "floor"),
    ("gzip: ucell, read by the HDF5 library", "ours ucell+library"),
    ("gzip: ucell", "ours ucell"),
]


def main() -> None:
    """Make the data, measure, write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cells", type=int, nargs="*", default=[50_000])
    parser.add_argument("--samples", type=int, default=500, help="bulk samples; 0 leaves bulk out")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--peer-repeats", type=int, help="as often as ours, unless said otherwise")
    parser.add_argument("--methods", nargs="*", choices=METHODS, default=METHODS, help="beside peers")
    parser.add_argument("--alone", type=int, nargs="*", default=[], help="cells of ours alone, besides")
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--add", action="store_true")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--data", type=Path, default=ROOT / ".bench")
    parser.add_argument("--page", type=Path, default=ROOT / "docs" / "performance.md")
    asked = parser.parse_args()
    bench = Bench(asked.data, asked.threads, asked.add)
    peer_repeats = asked.peer_repeats or asked.repeats
    for n_cells in asked.cells:
        bench.beside_peers(n_cells, asked.methods, asked.repeats, peer_repeats)
        if asked.methods == METHODS:
            bench.ours_alone(n_cells, asked.repeats)
            bench.compressed(n_cells, asked.repeats)
    if asked.samples:
        bench.bulk(asked.samples, asked.repeats, peer_repeats)
    if asked.full:
        bench.beside_peers(200_000, asked.methods, asked.repeats, 1)
    for n_cells in [*asked.alone, *([200_000, 1_000_000] if asked.full else [])]:
        bench.ours_alone(n_cells, asked.repeats)
    page = report.render(bench.results, bench.commands, datetime.datetime.now(datetime.UTC).date().isoformat())
    asked.page.write_text(page, encoding="utf-8")
    print(page)


class Bench:
    """Data, and the results so far."""

    def __init__(self, folder: Path, threads: int, add: bool = False) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.threads, self.kept = folder, threads, folder / "results.json"
        before = json.loads(self.kept.read_text(encoding="utf-8")) if add else {"commands": [], "results": []}
        self.commands = [*before["commands"], " ".join(["python benchmarks/run.py", *sys.argv[1:]])]
        self.results: list[Result] = before["results"]
        self.signed, self.unsigned, self.sixty = (folder / f"{name}.json" for name in ("sets", "sets_up", "sets_60"))
        data.make_sets(self.signed)
        data.make_sets(self.sixty, n_sets=60)
        data.make_sets(self.unsigned, signs_kept=False)

    def beside_peers(self, n_cells: int, methods: list[str], repeats: int, peer_repeats: int) -> None:
        """Measure each peer and ours in turn."""
        cells, warm = self.cells(n_cells), self.cells(200)
        for peer, signed, ours in PAIRS:
            asked = {method: task for method, task in ours.items() if method in methods}
            if asked:
                self.pair(peer, asked, f"{n_cells:,} cells", cells, warm, signed, repeats, peer_repeats)

    def bulk(self, n_samples: int, repeats: int, peer_repeats: int) -> None:
        """Measure ssGSEA on bulk samples."""
        paths = [self.folder / f"bulk_{n}.h5ad" for n in (n_samples, 10)]
        for path, n in zip(paths, (n_samples, 10), strict=True):
            if not path.exists():
                data.make_bulk(path, n)
        ours = {"ssGSEA": "ours ssgsea"}
        self.pair("gseapy ssgsea", ours, f"{n_samples:,} samples", *paths, False, repeats, peer_repeats)

    def pair(
        self,
        peer: str,
        ours: dict[str, str],
        of: str,
        path: Path,
        warm: Path,
        signed: bool,
        repeats: int,
        peer_repeats: int,
    ) -> None:
        """Measure one peer, what of ours is held against it, and the floor in turn, some times over."""
        sets = self.signed if signed else self.unsigned
        tasks = {"peer": peer, **ours, "floor": "floor"}
        runs: dict[str, list[Result]] = {each: [] for each in tasks}
        said: dict[str, str] = {}
        for turn in range(repeats):
            for each, task in tasks.items():
                if each == "peer" and turn >= peer_repeats:
                    continue
                out = each if each in ("peer", "floor") else "ours"
                runs[each].append(self.run(task, path, warm, sets, out))
                if out == "ours":
                    said[each] = difference(self.folder)
        (self.folder / "ours.controls.json").unlink(missing_ok=True)
        for method in ours:
            measured = {"peer": runs["peer"], "ours": runs[method], "floor": runs["floor"]}
            self.keep(kind="peer", method=method, data=of, name=peer, difference=said[method], **measured)

    def ours_alone(self, n_cells: int, repeats: int) -> None:
        """Measure ours alone."""
        self.alone(ALONE, f"{n_cells:,} cells", self.cells(n_cells), repeats)
        if n_cells >= 1_000_000:
            self.alone(SIXTY, f"{n_cells:,} cells", self.cells(n_cells), repeats, self.sixty)

    def compressed(self, n_cells: int, repeats: int) -> None:
        """Measure ours on a gzip file, with and without the library's reading."""
        self.alone(COMPRESSED, f"{n_cells:,} cells", self.cells(n_cells, "gzip"), repeats)

    def alone(self, tasks: list[tuple[str, str]], of: str, path: Path, repeats: int, sets: Path | None = None) -> None:
        """Measure tasks in turn, some times over."""
        runs: dict[str, list[Result]] = {name: [] for _, name in tasks}
        for _ in range(repeats):
            for _, name in tasks:
                runs[name].append(self.run(name, path, self.cells(200), sets or self.signed, "alone"))
        for method, name in tasks:
            self.keep(kind="alone", method=method, data=of, ours=runs[name], floor=runs.get("floor", []))

    def cells(self, n_cells: int, compression: str | None = None) -> Path:
        """Make cells where they are not there yet."""
        path = self.folder / f"cells_{n_cells}{'_' + compression if compression else ''}.h5ad"
        if not path.exists():
            print(f"making {path.name}", file=sys.stderr, flush=True)
            data.make_cells(path, n_cells, compression)
        return path

    def run(self, name: str, path: Path, warm: Path, sets: Path, out: str) -> Result:
        """Run one task in a process of its own and watch its memory."""
        command = [sys.executable, HERE / "scoring" / "task.py", name, path, sets, self.folder / f"{out}.npy"]
        command += ["--threads", str(self.threads), "--warm", warm]
        read_through(path)
        began = time.perf_counter()
        # imports are compiled once and kept, as on other machines, for the peers and for ours
        usual = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        process = subprocess.Popen(
            [str(each) for each in command], env=usual, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        peak = [0.0]
        watcher = threading.Thread(target=watch, args=(process.pid, peak))
        watcher.start()
        said, _ = process.communicate()
        watcher.join()
        if process.returncode:
            raise SystemExit(f"ERROR: {name} on {path.name} failed")
        result: Result = json.loads(said.decode().strip().splitlines()[-1])
        result["process"] = time.perf_counter() - began
        result["load"] = os.getloadavg()[0]
        result["rss"] = max(result["rss"], peak[0])
        print(f"{name:60.60} {path.name:24} {json.dumps(result)}", file=sys.stderr, flush=True)
        return result

    def keep(self, **result: Any) -> None:
        """Keep a result, on disk too; it replaces an earlier one of the same thing."""
        same = [each for each in self.results if all(each[key] == result[key] for key in ("kind", "method", "data"))]
        self.results[:] = [each for each in self.results if each not in same] + [result]
        kept = {"commands": self.commands, "results": self.results}
        self.kept.write_text(json.dumps(kept, indent=1), encoding="utf-8")


def read_through(path: Path) -> None:
    """Bring a file into memory, where everybody finds it; a system may have dropped it during a long run of a peer."""
    room = bytearray(1 << 20)
    with path.open("rb", buffering=0) as file:
        while file.readinto(room):
            pass


def difference(folder: Path) -> str:
    """Say how far the scores of ours lie from those of the peer."""
    theirs, own = np.load(folder / "peer.npy"), np.load(folder / "ours.npy")
    return f"{np.nanmax(np.abs(theirs - own)):.1e} (mean score {np.nanmean(np.abs(theirs)):.2g})"


def watch(pid: int, peak: list[float]) -> None:
    """Keep the largest resident memory, in MB, of a process and of those it has started."""
    try:
        process = psutil.Process(pid)
        while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
            family = [process, *process.children(recursive=True)]
            peak[0] = max(peak[0], sum(resident(each) for each in family) / 1e6)
            time.sleep(0.1)
    except psutil.NoSuchProcess:
        return


def resident(process: psutil.Process) -> int:
    """Resident memory; 0 of a process that has just ended."""
    try:
        return int(process.memory_info().rss)
    except psutil.NoSuchProcess:
        return 0


if __name__ == "__main__":
    main()
