"""Words on a long pass: how far it is, and how much time and how many bytes are left."""

import sys
import time
from collections.abc import Callable
from typing import TextIO

from resig.logs import said

EVERY = 10.0
WIDTH = 20  # of the bar, in characters


class Progress:
    """Says where a pass over rows stands, at most once in `every` seconds; a short pass says nothing.

    It says so in the log and, where one is given, on the terminal, with the name of the dataset: several may run.
    """

    def __init__(
        self,
        n_rows: int,
        n_bytes: int,
        every: float = EVERY,
        stream: TextIO | None = None,
        clock: Callable[[], float] = time.monotonic,
        terminal: TextIO | None = None,
        called: str = "",
    ) -> None:
        self.n_rows, self.n_bytes, self.every, self.clock = n_rows, n_bytes, every, clock
        self.streams = [stream or sys.stderr, *([terminal] if terminal else [])]
        self.called = f"{called}: " if called else ""
        self.began = self.spoke = clock()

    def reach(self, row: int, done: int) -> None:
        """Note that all rows before `row` are scored, `done` bytes of the matrix."""
        now = self.clock()
        if now - self.spoke < self.every or not done:
            return
        self.spoke = now
        left = (now - self.began) * (self.n_bytes - done) / done
        share = done / max(self.n_bytes, 1)
        bar = f"[{'#' * int(WIDTH * share):.<{WIDTH}}]"
        line = (
            f"{self.called}{bar} {row:,} of {self.n_rows:,} rows scored ({share:.0%}); "
            f"{(self.n_bytes - done) / 1e9:.2f} of {self.n_bytes / 1e9:.2f} GB and about {said(left)} left"
        )
        for each in self.streams:
            print(line, file=each, flush=True)
