"""Nothing in the project names a machine that it was written on."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.testing.tree import ROOT, files, short

SOMEBODYS = [r"/(?:home|Users)/\w", r"/root\b/"]
HERE = [re.escape(f"{place}/") for place in (ROOT, Path.home()) if len(place.parts) > 2]
MACHINE = re.compile("|".join(SOMEBODYS + HERE))


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    try:
        yield from enumerate(path.read_text("utf-8").splitlines(), 1)
    except UnicodeDecodeError:
        return  # a picture, say


def test_no_file_names_a_place_on_a_machine() -> None:
    found = [
        f"{short(path)}:{number}"
        for path in files("*")
        for number, line in _lines(path)
        if MACHINE.search(line)
    ]
    assert not found


@pytest.mark.parametrize("place", [("home", "olena", "code"), ("Users", "olena"), ("root", ".cache")])
def test_a_place_on_a_machine_would_be_seen(place: tuple[str, ...]) -> None:
    assert MACHINE.search("cd /" + "/".join(place))
