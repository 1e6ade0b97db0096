"""Archives: what is asked for comes out, and nothing else can happen."""

import io
import json
import stat
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from resig.errors import ResigError
from resig.intake.archive import unpack

FILES = {"data/a.tsv": b"gene\ts1\n", "data/deep/b.tsv": b"b" * 5000, "c.tsv": b"c"}


def tar(path: Path, files: dict[str, bytes] | None = None, mode: str = "w", **odd: tarfile.TarInfo) -> Path:
    with tarfile.open(path, mode) as archive:  # type: ignore[call-overload]
        for name, body in (FILES if files is None else files).items():
            info = tarfile.TarInfo(name)
            info.size = len(body)
            archive.addfile(info, io.BytesIO(body))
        for info in odd.values():
            archive.addfile(info)
    return path


def zipped(path: Path, files: dict[str, bytes] | None = None) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in (FILES if files is None else files).items():
            archive.writestr(name, body)
    return path


MAKERS: dict[str, Callable[[Path], Path]] = {
    "a.tar": tar,
    "a.tar.gz": lambda path: tar(path, mode="w:gz"),
    "a.tar.bz2": lambda path: tar(path, mode="w:bz2"),
    "a.tar.xz": lambda path: tar(path, mode="w:xz"),
    "a.zip": zipped,
}


def refused(archive: Path, member: str, target: Path, limit_gb: float = 1.0) -> str:
    with pytest.raises(ResigError) as raised:
        unpack(str(archive), member, target, limit_gb)
    assert not target.exists()
    assert not list(target.parent.glob(".*"))
    return str(raised.value)


@pytest.mark.parametrize("name", MAKERS)
def test_a_file_and_a_folder_come_out(tmp_path: Path, name: str) -> None:
    archive = MAKERS[name](tmp_path / name)
    unpack(str(archive), "data/deep/b.tsv", tmp_path / "out" / "b.tsv", 1)
    assert (tmp_path / "out" / "b.tsv").read_bytes() == FILES["data/deep/b.tsv"]
    assert json.loads((tmp_path / "out" / "b.tsv.json").read_text())["bytes"] == archive.stat().st_size
    unpack(str(archive), "./data/", tmp_path / "out" / "data", 1)
    out = tmp_path / "out" / "data"
    assert {str(each.relative_to(out)): each.read_bytes() for each in out.rglob("*") if each.is_file()} == {
        "a.tsv": FILES["data/a.tsv"],
        "deep/b.tsv": FILES["data/deep/b.tsv"],
    }


@pytest.mark.parametrize("name", ["a.tar", "a.zip"])
def test_names_that_are_not_there(tmp_path: Path, name: str) -> None:
    archive = MAKERS[name](tmp_path / name)
    target = tmp_path / "out" / "x"
    target.parent.mkdir()
    assert "has no member 'data/a.tsb'; did you mean 'data/a.tsv'?" in refused(archive, "data/a.tsb", target)
    assert "has nothing in 'dada/'; did you mean 'data'?" in refused(archive, "dada/", target)


def test_what_is_no_file_or_leaves_its_folder_is_refused_by_name(tmp_path: Path) -> None:
    def info(name: str, kind: bytes, link: str = "") -> tarfile.TarInfo:
        made = tarfile.TarInfo(name)
        made.type, made.linkname = kind, link
        return made

    archive = tar(
        tmp_path / "a.tar",
        {"/etc/passwd": b"x", "f/../../evil": b"x", "twice": b"1", "g/ok": b"1"},
        soft=info("soft/link", tarfile.SYMTYPE, "/etc/passwd"),
        hard=info("hard/link", tarfile.LNKTYPE, "g/ok"),
        device=info("dev/null", tarfile.CHRTYPE),
        pipe=info("dev2/pipe", tarfile.FIFOTYPE),
        folder=info("folder", tarfile.DIRTYPE),
    )
    target = tmp_path / "out" / "x"
    target.parent.mkdir()
    assert "member '/etc/passwd' would leave its folder" in refused(archive, "/etc/passwd", target)
    assert "member 'f/../../evil' would leave its folder" in refused(archive, "f/", target)
    for name, kind in {
        "soft/link": "a symbolic link",
        "hard/link": "a hard link",
        "dev/null": "a device",
        "dev2/pipe": "a device",
    }.items():
        assert f"member '{name}' is {kind}, not a file" in refused(archive, name, target)
        assert f"member '{name}' is {kind}, not a file" in refused(archive, f"{name.split('/')[0]}/", target)
    assert "'folder' is a folder; say 'folder/' for the whole of it" in refused(archive, "folder", target)
    with tarfile.open(archive, "a") as more:
        more.addfile(tarfile.TarInfo("twice"))
    assert "has 2 members called 'twice'" in refused(archive, "twice", target)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.tar", "out"]


def test_the_same_in_zip(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"f/../../evil": b"x", "C:\\evil": b"x", "g/..\\..\\evil": b"x"})
    with zipfile.ZipFile(path, "a") as archive:
        link = zipfile.ZipInfo("soft/link")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    target = tmp_path / "out" / "x"
    target.parent.mkdir()
    for name in ("f/../../evil", "C:\\evil", "g/..\\..\\evil"):
        assert f"member '{name}' would leave its folder" in refused(path, name, target)
    assert "member 'soft/link' is a symbolic link" in refused(path, "soft/link", target)


@pytest.mark.parametrize("name", ["bomb.zip", "bomb.tar.gz"])
def test_a_bomb_stops_at_the_limit(tmp_path: Path, name: str) -> None:
    body = {"data/bomb.tsv": bytes(20_000_000), "after.tsv": b"1"}
    archive = zipped(tmp_path / name, body) if name.endswith("zip") else tar(tmp_path / name, body, "w:gz")
    assert archive.stat().st_size < 100_000
    target = tmp_path / "out" / "x"
    target.parent.mkdir()
    for member in ("data/bomb.tsv", "data/"):
        said = refused(archive, member, target, limit_gb=0.005)
        assert "unpacks to more than 0.005 GB at member '" in said
        assert "raise downloads.unpacked_gb" in said
    unpack(str(archive), "data/bomb.tsv", target, 0.05)
    assert target.stat().st_size == 20_000_000


def test_a_size_that_the_header_understates_is_counted(tmp_path: Path) -> None:
    """The zip's directory says 10 bytes; what is inflated is counted, or fails its checksum."""
    path = zipped(tmp_path / "a.zip", {"b.tsv": bytes(10_000_000)})
    raw = path.read_bytes()
    (tmp_path / "lie.zip").write_bytes(raw.replace((10_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little")))
    target = tmp_path / "out" / "x"
    target.parent.mkdir()
    said = refused(tmp_path / "lie.zip", "b.tsv", target, limit_gb=0.001)
    assert "cannot be unpacked" in said or "unpacks to more" in said


@pytest.mark.parametrize("name", MAKERS)
def test_damaged_archives_are_one_line(tmp_path: Path, name: str) -> None:
    archive = MAKERS[name](tmp_path / name)
    raw = archive.read_bytes()
    target = tmp_path / "out" / "x"
    target.parent.mkdir()
    for bad in (b"", b"no archive at all", raw[: len(raw) // 2 if name != "a.tar" else 700]):
        archive.write_bytes(bad)
        said = refused(archive, "data/deep/b.tsv", target)
        assert "cannot be unpacked (" in said or "has no member" in said, said


def test_the_sum_of_the_archive_is_checked(tmp_path: Path) -> None:
    archive = tar(tmp_path / "a.tar")
    with pytest.raises(ResigError, match=r"a.tar: its sha256 is .*, the config says 0000"):
        unpack(str(archive), "c.tsv", tmp_path / "c.tsv", 1, "0" * 64)
