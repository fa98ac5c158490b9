"""The security checklist names every requirement once, says why, and points only at what is there."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from shared.testing.tree import ROOT

PAGE = ROOT / "docs" / "reference" / "security-checklist.md"
STATES = ("met", "not applicable", "open")
ROW = re.compile(r"^\| (\d+\.\d+\.\d+) \| ([12]) \| (.+?) \| (.+?) \| (.*?) ?\| (.*?) ?\|$", re.MULTILINE)

# ASVS 5.0.0: the requirements of each section at level 1, and those that level 2 adds. All else is of level 3.
ASKED = """
1.1::1-2 1.2:1-5:6-9 1.3:1-2:3-11 1.4::1-3 1.5:1:2
2.1:1:2-3 2.2:1-2:3 2.3:1:2-4 2.4::1
3.2:1-2: 3.3:1:2-4 3.4:1-2:3-6 3.5:1-3:4-5 3.7::1-2
4.1:1:2-3 4.2::1 4.3::1-2 4.4:1:2-4
5.1::1 5.2:1-2:3 5.3:1-2: 5.4::1-3
6.1:1:2-3 6.2:1-8:9-12 6.3:1-2:3-4 6.4:1-2:3-4 6.5::1-5 6.6::1-3 6.8::1-4
7.1::1-3 7.2:1-4: 7.3::1-2 7.4:1-2:3-5 7.5::1-2 7.6::1-2
8.1:1:2 8.2:1-2:3 8.3:1: 8.4::1
9.1:1-3: 9.2:1:2-4
10.1::1-2 10.2::1-2 10.3::1-4 10.4:1-5:6-11 10.5::1-5 10.6::1-2 10.7::1-3
11.1::1-2 11.2::1-3 11.3:1-2:3 11.4:1:2-4 11.5::1 11.6::1
12.1:1:2-3 12.2:1-2: 12.3::1-4
13.1::1 13.2::1-5 13.3::1-2 13.4:1:2-5
14.1::1-2 14.2:1:2-4 14.3:1:2-3
15.1:1:2-3 15.2:1:2-3 15.3:1:2-7
16.1::1 16.2::1-5 16.3::1-4 16.4::1-3 16.5::1-3
17.1::1 17.2::1-4 17.3::1-2
"""


@dataclass(frozen=True)
class Line:
    """One requirement as the page has it."""

    number: str
    level: int
    asks: str
    state: str
    why: str
    where: str


LINES = [
    Line(found[1], int(found[2]), found[3], found[4], found[5], found[6])
    for found in ROW.finditer(PAGE.read_text("utf-8"))
]


def _asked() -> list[tuple[str, int]]:
    found = []
    for section, *levels in (part.split(":") for part in ASKED.split()):
        for level, numbers in enumerate(levels, 1):
            first, _, last = numbers.partition("-")
            of_level = range(int(first), int(last or first) + 1) if numbers else ()
            found += [(f"{section}.{number}", level) for number in of_level]
    return found


def test_every_requirement_of_levels_1_and_2_stands_there_once() -> None:
    assert sorted((line.number, line.level) for line in LINES) == sorted(_asked())


def test_every_row_is_read() -> None:
    rows = re.findall(r"^\| \d", PAGE.read_text("utf-8"), re.MULTILINE)
    assert len(rows) == len(LINES)


def test_every_state_is_one_of_three() -> None:
    assert {line.state for line in LINES} <= set(STATES)


def test_what_is_open_or_does_not_apply_says_why() -> None:
    assert not [line.number for line in LINES if line.state != "met" and not line.why]


def test_what_is_met_or_open_says_where() -> None:
    assert not [line.number for line in LINES if line.state != "not applicable" and not _places(line)]


def test_every_place_is_there() -> None:
    assert not [(line.number, place) for line in LINES for place in _places(line) if not _is_there(place)]


def _places(line: Line) -> list[str]:
    return re.findall(r"`([^`]+)`", line.where)


def _is_there(place: str) -> bool:
    file, _, test = place.partition("::")
    path = ROOT / file
    return path.exists() and (not test or f"def {test}(" in path.read_text("utf-8"))


def test_the_counts(record_property: Callable[[str, object], None]) -> None:
    for level in (1, 2):
        states = Counter(line.state for line in LINES if line.level == level)
        said = ", ".join(f"{states[state]} {state}" for state in STATES)
        record_property("figure", f"ASVS 5.0.0, what level {level} adds: {said}")
        assert states.total() == sum(1 for _, asked in _asked() if asked == level)
    states = Counter(line.state for line in LINES)
    record_property("figure", "ASVS 5.0.0, levels 1 and 2: " + ", ".join(f"{states[s]} {s}" for s in STATES))


@pytest.mark.parametrize("place", ["nowhere.py", "conftest.py::test_that_there_is_not"])
def test_a_place_that_is_not_there_would_be_seen(place: str) -> None:
    assert not _is_there(place)
