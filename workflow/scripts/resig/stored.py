"""One-dimensional arrays of an HDF5 file, read without the HDF5 library once their chunks are known.

The library decodes one chunk at a time, whatever the number of threads. Here each thread reads the bytes of its
own chunks and decodes them itself. What this cannot read, the library reads.
"""

import os
import threading
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import h5py
import numpy as np

from resig.compiled import kernel

try:  # the same format, twice as fast
    from isal.isal_zlib import decompress as inflate
except ImportError:
    inflate = zlib.decompress

GZIP, SHUFFLE, LZF = 1, 2, 32000
READABLE: list[list[int]] = [[], [GZIP], [LZF], [SHUFFLE], [SHUFFLE, GZIP], [SHUFFLE, LZF]]
LARGEST_CHUNK = 8_000_000  # values; a larger chunk would be decoded many times over


class Stored(Protocol):
    """An array on disk."""

    compressed: bool

    def read(self, first: int, last: int) -> np.ndarray:
        """Return the values from `first` up to `last`, not included; safe from several threads."""
        ...

    def close(self) -> None:
        """Give the file back."""
        ...


def open_stored(node: h5py.Dataset) -> Stored:
    """Return the fastest reader that an array's layout allows."""
    layout = _layout(node)
    return ByLibrary(node) if layout is None else ByOffset(node.file.filename, layout)


class ByLibrary:
    """Reads through the HDF5 library, one thread at a time."""

    def __init__(self, node: h5py.Dataset) -> None:
        self.node = node
        self.compressed = node.compression is not None
        self.lock = threading.Lock()

    def read(self, first: int, last: int) -> np.ndarray:
        """Return the values from `first` up to `last`, not included."""
        with self.lock:
            return self.node[first:last]

    def close(self) -> None:
        """The file belongs to the caller."""


@dataclass
class Even:
    """Whole multiples of one number: where the rows of a dense matrix begin."""

    step: int
    compressed: bool = False

    def read(self, first: int, last: int) -> np.ndarray:
        """Return the multiples from `first` up to `last`, not included."""
        return np.arange(first, last, dtype=np.int64) * self.step

    def close(self) -> None:
        """Nothing is open."""


@dataclass(frozen=True)
class Layout:
    """Where the chunks of an array lie in its file, and how they are encoded."""

    dtype: np.dtype
    length: int
    chunk: int
    filters: list[int]
    offset: np.ndarray
    size: np.ndarray
    skipped: np.ndarray  # bit f set: filter f was not applied to this chunk


class ByOffset:
    """Reads bytes where they lie and decodes them in the calling thread."""

    def __init__(self, path: str, layout: Layout) -> None:
        self.layout = layout
        self.compressed = bool(layout.filters)
        self.file = os.open(path, os.O_RDONLY)

    def read(self, first: int, last: int) -> np.ndarray:
        """Return the values from `first` up to `last`, not included."""
        if first >= last:
            return np.empty(0, self.layout.dtype)
        return self._decoded(first, last) if self.compressed else self._plain(first, last)

    def close(self) -> None:
        """Close the file."""
        os.close(self.file)

    def _plain(self, first: int, last: int) -> np.ndarray:
        here, width = self.layout, self.layout.dtype.itemsize
        values = np.empty(last - first, here.dtype)
        target, done = values.view(np.uint8).data, 0
        while first < last:
            at = first // here.chunk
            until = self._run_of_neighbours(at, last)
            start = int(here.offset[at]) + (first - at * here.chunk) * width
            done += self._fill(target[done : done + (until - first) * width], start)
            first = until
        return values

    def _run_of_neighbours(self, at: int, last: int) -> int:
        """Return where the chunks that lie one after the other in the file end, from chunk `at` on."""
        here, width = self.layout, self.layout.dtype.itemsize
        until = (at + 1) * here.chunk
        while until < last and here.offset[at + 1] == here.offset[at] + here.chunk * width:
            at, until = at + 1, until + here.chunk
        return min(until, last)

    def _fill(self, target: memoryview, start: int) -> int:
        done = 0
        while done < len(target):
            got = os.preadv(self.file, [target[done:]], start + done)
            if got == 0:
                raise OSError(f"file ends at byte {start + done}, inside an array")
            done += got
        return done

    def _decoded(self, first: int, last: int) -> np.ndarray:
        here = self.layout
        start, stop = first // here.chunk, -(-last // here.chunk)
        values = np.empty((stop - start) * here.chunk, here.dtype)
        for at in range(start, stop):
            values[(at - start) * here.chunk : (at + 1 - start) * here.chunk] = self._chunk(at)
        return values[first - start * here.chunk : last - start * here.chunk]

    def _chunk(self, at: int) -> np.ndarray:
        here, width = self.layout, self.layout.dtype.itemsize
        raw = np.empty(int(here.size[at]), np.uint8)
        self._fill(raw.data, int(here.offset[at]))
        for place in reversed(range(len(here.filters))):
            if not int(here.skipped[at]) >> place & 1:
                raw = _DECODE[here.filters[place]](raw, here.chunk, width)
        return raw.view(here.dtype)


def _layout(node: h5py.Dataset) -> Layout | None:
    """Return the layout of an array; None where only the library can read it."""
    plan = node.id.get_create_plist()
    filters = [plan.get_filter(at)[0] for at in range(plan.get_nfilters())]
    odd = (
        node.ndim != 1
        or node.shape[0] == 0
        or not node.dtype.isnative
        or node.dtype.kind not in "iuf"
        or filters not in READABLE
        or plan.get_layout() not in (h5py.h5d.CONTIGUOUS, h5py.h5d.CHUNKED)
        or plan.get_external_count() > 0
        or node.file.userblock_size != 0
        or node.file.driver != "sec2"
    )
    if odd:
        return None
    length = int(node.shape[0])
    if node.chunks is None:
        offset = node.id.get_offset()
        if offset is None:
            return None
        size = length * node.dtype.itemsize
        return Layout(node.dtype, length, length, [], np.array([offset]), np.array([size]), np.zeros(1, np.int64))
    chunk = int(node.chunks[0])
    if chunk > LARGEST_CHUNK and filters:
        return None
    offset, size, skipped = (np.zeros(-(-length // chunk), np.int64) for _ in range(3))

    def note(info: h5py.h5d.StoreInfo) -> None:
        at = info.chunk_offset[0] // chunk
        offset[at], size[at], skipped[at] = info.byte_offset, info.size, info.filter_mask

    node.id.chunk_iter(note)
    return Layout(node.dtype, length, chunk, filters, offset, size, skipped) if (size > 0).all() else None


def _inflated(raw: np.ndarray, length: int, width: int) -> np.ndarray:
    try:
        plain = inflate(raw, 15, length * width)
    except Exception as error:  # each library has an error of its own
        raise OSError(f"damaged gzip data: {error}") from error
    if len(plain) != length * width:
        raise OSError(f"damaged gzip data: {len(plain)} bytes where {length * width} are needed")
    return np.frombuffer(plain, np.uint8)


def _unshuffled(raw: np.ndarray, length: int, width: int) -> np.ndarray:
    """Undo the shuffle filter: first bytes of all values, then second bytes, and so on."""
    return np.ascontiguousarray(raw.reshape(width, length).T).reshape(-1)


def _expanded(raw: np.ndarray, length: int, width: int) -> np.ndarray:
    values = np.empty(length * width, np.uint8)
    if expand_lzf(raw, values) != len(values):
        raise OSError("an LZF chunk does not decode to its size")
    return values


_DECODE: dict[int, Callable[[np.ndarray, int, int], np.ndarray]] = {
    GZIP: _inflated,
    SHUFFLE: _unshuffled,
    LZF: _expanded,
}


@kernel
def expand_lzf(source: np.ndarray, target: np.ndarray) -> int:
    """Decode one LZF chunk: literal runs and references back; return the bytes written, -1 if it is broken."""
    at, done, n, room = 0, 0, source.shape[0], target.shape[0]
    while at < n:
        control = int(source[at])
        at += 1
        if control < 32:
            length = control + 1
            if at + length > n or done + length > room:
                return -1
            for k in range(length):
                target[done + k] = source[at + k]
            at += length
        else:
            length = (control >> 5) + 2
            if length == 9:
                length += int(source[at])
                at += 1
            back = done - ((control & 31) << 8) - 1 - int(source[at])
            at += 1
            if back < 0 or done + length > room:
                return -1
            for k in range(length):
                target[done + k] = target[back + k]
        done += length
    return done
