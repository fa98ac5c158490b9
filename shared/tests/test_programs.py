"""A program is found where it is, and what is missing is named with its package."""

from pathlib import Path

import pytest

from shared.programs import NotInstalled, find_program, need_program


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one program."""
    program = tmp_path / "sh"
    program.touch(mode=0o755)
    return tmp_path


def test_a_named_folder_comes_before_the_path(folder: Path) -> None:
    assert find_program("sh", "/nowhere", str(folder)) == str(folder / "sh")


def test_the_path_is_the_last_resort() -> None:
    assert find_program("sh", "/nowhere")


def test_a_missing_program_is_named_with_its_package() -> None:
    with pytest.raises(NotInstalled, match=r"no-such-program.*apt-get install its-package"):
        need_program("no-such-program", package="its-package")
