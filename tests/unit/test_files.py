"""Files are whole or absent."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from resig.errors import ResigError
from resig.files import unchanged, whole_file, write_text


def test_a_good_block_leaves_the_file_and_nothing_else(tmp_path: Path) -> None:
    with whole_file(tmp_path / "new" / "a.txt") as partial:
        assert partial.parent == tmp_path / "new"  # the same file system, so that renaming is one step
        partial.write_text("all")
        assert not (tmp_path / "new" / "a.txt").exists()
    assert {each.name: each.read_text() for each in (tmp_path / "new").iterdir()} == {"a.txt": "all"}


@pytest.mark.parametrize("old", [None, "old"])
@pytest.mark.parametrize("failure", [ValueError, KeyboardInterrupt, SystemExit])
def test_a_crash_leaves_what_was_there(tmp_path: Path, old: str | None, failure: type[BaseException]) -> None:
    if old is not None:
        (tmp_path / "a.txt").write_text(old)
    with pytest.raises(failure), whole_file(tmp_path / "a.txt") as partial:
        partial.write_text("half")
        raise failure
    assert {each.name: each.read_text() for each in tmp_path.iterdir()} == ({} if old is None else {"a.txt": old})


def test_a_killed_process_leaves_no_file_of_that_name(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("old")
    code = (
        "import os, sys; from resig.files import whole_file\n"
        "with whole_file(sys.argv[1]) as partial:\n    partial.write_text('half'); os._exit(9)\n"
    )
    scripts = str(Path(__file__).resolve().parents[2] / "workflow/scripts")
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "a.txt")], env=os.environ | {"PYTHONPATH": scripts}, check=False
    )
    assert done.returncode == 9
    assert (tmp_path / "a.txt").read_text() == "old"


def test_a_block_that_writes_nothing_is_an_error_and_keeps_the_old(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("old")
    with pytest.raises(FileNotFoundError), whole_file(tmp_path / "a.txt"):
        pass
    assert (tmp_path / "a.txt").read_text() == "old"


def test_a_link_is_replaced_not_written_through(tmp_path: Path) -> None:
    (tmp_path / "users.txt").write_text("theirs")
    (tmp_path / "a.txt").symlink_to(tmp_path / "users.txt")
    write_text(tmp_path / "a.txt", "ours")
    assert (tmp_path / "users.txt").read_text() == "theirs"
    assert (tmp_path / "a.txt").read_text() == "ours" and not (tmp_path / "a.txt").is_symlink()


def test_text_is_utf8(tmp_path: Path) -> None:
    write_text(tmp_path / "a.txt", "β ≥ 1\n")
    assert (tmp_path / "a.txt").read_bytes() == b"\xce\xb2 \xe2\x89\xa5 1\n"


def test_what_a_killed_process_left_is_cleared_away(tmp_path: Path) -> None:
    left, other = tmp_path / ".a.txt.4242.part", tmp_path / ".ab.txt.4242.part"
    left.write_text("half")
    other.write_text("somebody else's")
    write_text(tmp_path / "a.txt", "all")
    assert sorted(each.name for each in tmp_path.iterdir()) == [".ab.txt.4242.part", "a.txt"]


@pytest.mark.parametrize("change", [lambda path: path.write_text("longer"), lambda path: path.unlink()])
def test_what_changes_while_it_is_read_is_refused(tmp_path: Path, change: Callable[[Path], object]) -> None:
    source, other = tmp_path / "a.txt", tmp_path / "b.txt"
    for path in (source, other):
        path.write_text("text")
    with unchanged([source, other]):
        source.read_text()
    with (
        pytest.raises(ResigError, match=r"a\.txt: changed while it was being read; run again"),
        unchanged([other, source]),
    ):
        change(source)
