"""Files appear complete and together, or none of them does, and nothing is left behind."""

import errno

import pytest

from symlag.errors import OutputError
from symlag.files import atomic_file, atomic_folder, write_all


def full_disk(*_):
    raise OSError(errno.ENOSPC, "No space left on device")


def files(place):
    with atomic_file(place / "new" / "law.txt") as draft:
        draft.write_bytes(b"x")


def folders(place):
    with atomic_folder(place / "new" / "law") as draft:
        (draft / "law.txt").write_bytes(b"x")


WRITERS = {
    "a file": files,
    "a folder": folders,
    "files together": lambda place: write_all(place / "new" / "below", {"a": "x", "b": b"y"}),
}


@pytest.mark.parametrize("writer", WRITERS)
def test_a_full_disk_leaves_nothing_behind(tmp_path, monkeypatch, writer):
    monkeypatch.setattr("pathlib.Path.write_bytes", full_disk)
    with pytest.raises(OutputError, match=r"it cannot be written \(no space left on device\)"):
        WRITERS[writer](tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("writer", WRITERS)
def test_a_disk_too_full_for_a_folder_leaves_nothing_behind(tmp_path, monkeypatch, writer):
    monkeypatch.setattr("tempfile.mkdtemp", full_disk)
    with pytest.raises(OutputError):
        WRITERS[writer](tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("writer", WRITERS)
def test_an_interruption_leaves_nothing_behind_and_what_was_there_before(tmp_path, monkeypatch, writer):
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "mine").write_text("mine", encoding="utf-8")

    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("pathlib.Path.write_bytes", interrupted)
    with pytest.raises(KeyboardInterrupt):
        WRITERS[writer](tmp_path)
    assert [path.name for path in tmp_path.rglob("*")] == ["new", "mine"]
