"""Words on a long pass: how far it is, and how much time and how many bytes are left."""

import sys
import time
from collections.abc import Callable
from typing import TextIO

from resig.logs import said

EVERY = 10.0


class Progress:
    """Says where a pass over rows stands, at most once in `every` seconds; a short pass says nothing."""

    def __init__(
        self,
        n_rows: int,
        n_bytes: int,
        every: float = EVERY,
        stream: TextIO | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.n_rows, self.n_bytes, self.every, self.clock = n_rows, n_bytes, every, clock
        self.stream = stream
        self.began = self.spoke = clock()

    def reach(self, row: int, done: int) -> None:
        """Note that all rows before `row` are scored, `done` bytes of the matrix."""
        now = self.clock()
        if now - self.spoke < self.every or not done:
            return
        self.spoke = now
        left = (now - self.began) * (self.n_bytes - done) / done
        print(
            f"{row:,} of {self.n_rows:,} rows scored ({done / max(self.n_bytes, 1):.0%}); "
            f"{(self.n_bytes - done) / 1e9:.2f} of {self.n_bytes / 1e9:.2f} GB and about {said(left)} left",
            file=self.stream or sys.stderr,
            flush=True,
        )
