"""Files that are whole or not there, their owner's alone, and never over another unless that is meant."""

import os
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from shared import files
from shared.files import new_folder, replace, write_new


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "node.key"


def test_what_is_there_is_not_replaced_unless_that_is_meant(path: Path) -> None:
    write_new(path, b"first")

    with pytest.raises(FileExistsError):
        write_new(path, b"second")
    assert path.read_bytes() == b"first"
    replace(path, b"third")
    assert path.read_bytes() == b"third"


def test_a_link_to_nowhere_is_something_that_is_there(path: Path, tmp_path: Path) -> None:
    path.symlink_to(tmp_path / "nowhere")

    with pytest.raises(FileExistsError):
        write_new(path, b"new")


@pytest.mark.parametrize("write", [write_new, replace])
def test_it_is_its_owners_alone_from_the_first_byte(
    path: Path, monkeypatch: pytest.MonkeyPatch, write: Callable[[Path, bytes], None]
) -> None:
    """Also where one that was killed before had left something that others can read."""
    (path.parent / "node.key.new").write_bytes(b"left")
    modes: list[int] = []
    fsync = os.fsync

    def looked_at(descriptor: int) -> None:
        modes.extend(stat.S_IMODE(one.stat().st_mode) for one in path.parent.glob("node.key*"))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", looked_at)
    write(path, b"secret")

    assert set(modes) == {0o600}
    assert [one.name for one in path.parent.iterdir()] == ["node.key"]


def test_of_many_who_write_at_once_one_has_written(path: Path) -> None:
    def tried(content: bytes) -> bytes:
        try:
            write_new(path, content)
        except FileExistsError:
            return b""
        return content

    with ThreadPoolExecutor(8) as together:
        written = [
            content for content in together.map(tried, [bytes([n]) * 9_000 for n in range(1, 65)]) if content
        ]

    assert written == [path.read_bytes()]


def test_what_others_may_read_is_written_with_the_rights_of_any_file(path: Path) -> None:
    (ordinary := path.with_name("ordinary")).touch()
    replace(path, b"public", rights=files.PUBLIC)

    assert path.stat().st_mode == ordinary.stat().st_mode


def test_a_folder_has_its_name_once_it_is_filled(tmp_path: Path) -> None:
    folder = tmp_path / "network"
    (tmp_path / ".network.new").mkdir()
    (tmp_path / ".network.new" / "root.key").touch()

    with new_folder(folder) as unfinished:
        assert not folder.exists()
        assert not [*unfinished.iterdir()], "what an earlier one left is gone"
    assert [one.name for one in tmp_path.iterdir()] == ["network"]
    with pytest.raises(FileExistsError), new_folder(folder):
        pass
