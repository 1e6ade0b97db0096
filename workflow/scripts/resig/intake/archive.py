"""One file or one folder out of a .tar or .zip: no links, nothing outside its folder, and no more than is allowed."""

import json
import lzma
import os
import shutil
import stat
import tarfile
import tempfile
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from resig.errors import ResigError, nearest
from resig.files import sha256_of, whole_file, write_text
from resig.intake.download import record_of, refuse_other_sum

BLOCK = 1 << 20
MOST_MEMBERS = 100_000
DAMAGED = (tarfile.TarError, zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, NotImplementedError)


@dataclass(frozen=True)
class Member:
    """One entry of an archive: its name, what it is (file, folder, or something refused), and a way to open it."""

    name: str
    what: str
    open: Callable[[], IO[bytes]]


def unpack(
    archive: str, member: str, target: str | os.PathLike[str], limit_gb: float, sha256: str | None = None
) -> None:
    """Bring `member` of an archive to `target`; a member that ends with / is a folder."""
    limit = int(limit_gb * 1e9)
    found = sha256_of(archive)
    refuse_other_sum(archive, found, sha256)
    try:
        with _opened(archive, limit) as members:
            if member.endswith("/"):
                _unpack_folder(archive, members, member, Path(target), limit)
            else:
                chosen = _chosen(archive, members, member)
                with whole_file(target) as partial:
                    _copy(archive, chosen, partial, limit)
    except DAMAGED as error:
        if isinstance(error, OSError) and error.filename is not None and not Path(archive).samefile(error.filename):
            raise ResigError(f"cannot be written ({error.strerror})", where=str(target), todo="check space") from None
        said = " ".join(str(error).split()) or type(error).__name__
        raise ResigError(f"cannot be unpacked ({said})", where=archive, todo="copy or download it again") from None
    record = {"archive": archive, "member": member, "bytes": Path(archive).stat().st_size, "sha256": found}
    write_text(record_of(target), json.dumps(record, indent=2) + "\n")


@contextmanager
def _opened(archive: str, limit: int) -> Iterator[list[Member]]:
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as file:
            yield [_zipped(file, info, archive) for info in file.infolist()]
        return
    with tarfile.open(archive, "r:*") as tar:
        yield [_tarred(tar, info) for info in _listed(tar, archive, limit)]


def _listed(tar: tarfile.TarFile, archive: str, limit: int) -> Iterator[tarfile.TarInfo]:
    size = Path(archive).stat().st_size
    for count, info in enumerate(tar):
        if count >= MOST_MEMBERS:
            raise ResigError(f"holds more than {MOST_MEMBERS:,} members", where=archive, todo="unpack it by hand")
        if info.offset_data > max(limit, size):  # a small file that grows without end
            raise _too_much(archive, info.name, limit)
        yield info


def _tarred(tar: tarfile.TarFile, info: tarfile.TarInfo) -> Member:
    def opened() -> IO[bytes]:
        handle = tar.extractfile(info)
        assert handle is not None, info.name
        return handle

    if info.isfile():
        return Member(info.name, "file", opened)
    kinds = {"folder": info.isdir(), "a symbolic link": info.issym(), "a hard link": info.islnk()}
    return Member(info.name, next((kind for kind, so in kinds.items() if so), "a device"), opened)


def _zipped(file: zipfile.ZipFile, info: zipfile.ZipInfo, archive: str) -> Member:
    mode = info.external_attr >> 16
    what = "folder" if info.is_dir() else "file"
    if what == "file" and stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        what = "a symbolic link" if stat.S_ISLNK(mode) else "a device"
    if info.flag_bits & 1:
        what = "encrypted"
    return Member(info.filename, what, lambda: file.open(info))


def _chosen(archive: str, members: list[Member], wanted: str) -> Member:
    found = [each for each in members if _plain(each.name) == _plain(wanted)]
    if not found:
        names = [each.name for each in members if each.what == "file"]
        raise ResigError(f"has no member '{wanted}'", where=archive, todo=nearest(wanted, names, "members"))
    if len(found) > 1:
        raise ResigError(f"has {len(found)} members called '{wanted}'", where=archive, todo="unpack it by hand")
    if found[0].what == "folder":
        raise ResigError(f"'{wanted}' is a folder", where=archive, todo=f"say '{wanted}/' for the whole of it")
    _refuse(archive, found[0])
    return found[0]


def _unpack_folder(archive: str, members: list[Member], wanted: str, target: Path, limit: int) -> None:
    stem = _plain(wanted)
    inside = [
        each for each in members if each.what != "folder" and (stem == "." or _plain(each.name).startswith(f"{stem}/"))
    ]
    if not inside:
        folders = {str(PurePosixPath(each.name).parent) for each in members}
        raise ResigError(f"has nothing in '{wanted}'", where=archive, todo=nearest(wanted, folders, "folders"))
    for each in inside:
        _refuse(archive, each)
    names = Counter(_plain(each.name) for each in inside)
    name, count = names.most_common(1)[0]
    if count > 1:
        raise ResigError(f"has {count} members called '{name}'", where=archive, todo="unpack it by hand")
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{target.name}.", dir=target.parent) as scratch:
        left = limit
        for each in inside:
            path = Path(scratch) / "whole" / PurePosixPath(_plain(each.name)).relative_to(stem)
            path.parent.mkdir(parents=True, exist_ok=True)
            left -= _copy(archive, each, path, left, limit)
        shutil.rmtree(target, ignore_errors=True)
        (Path(scratch) / "whole").rename(target)


def _refuse(archive: str, member: Member) -> None:
    """Refuse what is no plain file, or would land outside its folder."""
    name = member.name
    if name.startswith(("/", "\\")) or name[1:2] == ":" or ".." in name.replace("\\", "/").split("/"):
        raise ResigError(f"member '{name}' would leave its folder", where=archive, todo="do not trust this archive")
    if member.what == "encrypted":
        raise ResigError(f"member '{name}' is encrypted", where=archive, todo="unpack it by hand")
    if member.what != "file":
        raise ResigError(
            f"member '{name}' is {member.what}, not a file",
            where=archive,
            todo="name the file itself, or unpack it by hand",
        )


def _copy(archive: str, member: Member, path: Path, left: int, limit: int | None = None) -> int:
    """Copy no more than is left; what a header says about sizes is not believed."""
    got = 0
    with member.open() as source, path.open("wb") as copy:
        while block := source.read(BLOCK):
            got += len(block)
            if got > left:
                raise _too_much(archive, member.name, left if limit is None else limit)
            copy.write(block)
    return got


def _too_much(archive: str, name: str, limit: int) -> ResigError:
    return ResigError(
        f"unpacks to more than {limit / 1e9:g} GB at member '{name}'",
        where=archive,
        todo="raise downloads.unpacked_gb if that is meant",
    )


def _plain(name: str) -> str:
    """`./a//b/` is `a/b`."""
    return str(PurePosixPath(name))
