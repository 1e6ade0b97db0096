"""A matrix in several files, one for each sample: which files, and which sample each is."""

import glob
import os
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePath
from typing import Any

from resig.errors import ResigError


def is_several(matrix: Any) -> bool:
    """Tell whether `matrix` of a config means several files: a list, a block of `sample: file`, or a pattern with *."""
    return not isinstance(matrix, str) or ("*" in matrix and "://" not in matrix and not os.path.lexists(matrix))


def parts_of(matrix: str | Sequence[str] | Mapping[str, str]) -> dict[str, str]:
    """Return sample and file of each part; a single file is the part of a sample without a name."""
    if isinstance(matrix, Mapping):
        return {str(sample): str(path) for sample, path in matrix.items()}
    if not is_several(matrix):
        return {"": str(matrix)}
    asked = [matrix] if isinstance(matrix, str) else list(matrix)
    paths = [path for each in asked for path in (_matching(each) if is_several(each) else [each])]
    if not paths:
        raise ResigError(f"no file matches '{asked[0]}'", todo=f"patterns are relative to {Path.cwd()}")
    return dict(zip(sample_names(paths), paths, strict=True))


def files_asked(spec: Mapping[str, Any]) -> list[str]:
    """Return the files of a dataset as its config names them: the parts of the matrix, and the metadata."""
    return [*parts_of(spec["matrix"]).values(), *([spec["metadata"]] if spec["metadata"] else [])]


def said(matrix: str | Sequence[str] | Mapping[str, str]) -> str:
    """Say which files a matrix means."""
    if isinstance(matrix, str):
        return matrix
    paths = list(parts_of(matrix).values())
    return f"{len(paths)} files ({', '.join(paths[:3])}{', ...' if len(paths) > 3 else ''})"


def sample_names(paths: Sequence[str]) -> list[str]:
    """Name samples by what differs between paths: the folders, else the file names without a shared ending."""
    if len(set(paths)) < len(paths):
        twice = next(path for path in paths if list(paths).count(path) > 1)
        raise ResigError(f"file '{twice}' stands there twice", todo="name each file once")
    steps = [list(PurePath(path).parts) for path in paths]
    while len(paths) > 1 and all(len(each) > 1 for each in steps) and len({each[-1] for each in steps}) == 1:
        steps = [each[:-1] for each in steps]
    names = [each[-1] for each in steps]
    if len(set(names)) < len(names):
        while len({each[0] for each in steps}) == 1:
            steps = [each[1:] for each in steps]
        names = ["/".join(each) for each in steps]
    ending = os.path.commonprefix([name[::-1] for name in names])[::-1] if len(names) > 1 else names[0]  # noqa: RUF071
    starts = [at for at, letter in enumerate(ending) if letter in "._"]
    if not starts:
        return names
    cut = len(ending) - starts[0]
    short = [name[:-cut] for name in names]
    return short if all(short) and len(set(short)) == len(short) else names


def _matching(pattern: str) -> list[str]:
    return sorted(glob.glob(pattern, recursive=True))  # noqa: PTH207
