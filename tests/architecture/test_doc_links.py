"""Whoever reads the documentation gets everywhere: each link has its place, and each page has a way to it."""

import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#{1,6} +(.+?)\s*$", re.MULTILINE)
BLOCK = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def _prose(page: Path) -> str:
    return BLOCK.sub("", page.read_text("utf-8"))


def _links(page: Path) -> list[str]:
    return [link for link in LINK.findall(_prose(page)) if "://" not in link]


def _place(page: Path, link: str) -> Path:
    path = link.partition("#")[0]
    return (page.parent / path).resolve() if path else page


def _anchors(page: Path) -> set[str]:
    """As GitHub makes them: small letters, no signs, a dash for each space, a number for the second of a name."""
    seen: Counter[str] = Counter()
    found = set()
    for heading in HEADING.findall(_prose(page)):
        name = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        found.add(f"{name}-{seen[name]}" if seen[name] else name)
        seen[name] += 1
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_each_link_of_a_page_has_its_place(page: Path) -> None:
    wrong = [link for link in _links(page) if not _place(page, link).exists()]
    wrong += [
        link
        for link in _links(page)
        if (anchor := link.partition("#")[2]) and anchor not in _anchors(_place(page, link))
    ]
    assert not wrong


def test_each_page_is_reached_from_the_readme() -> None:
    reached: set[Path] = set()
    waiting = [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        reached.add(page)
        places = {_place(page, link) for link in _links(page)}
        waiting += [place for place in places if place.suffix == ".md" and place not in reached]
    assert not [page.relative_to(ROOT).as_posix() for page in PAGES if page not in reached]


def test_each_picture_is_shown_somewhere() -> None:
    shown = {_place(page, link) for page in PAGES for link in _links(page)}
    assert not [picture.name for picture in (ROOT / "docs" / "images").iterdir() if picture not in shown]
