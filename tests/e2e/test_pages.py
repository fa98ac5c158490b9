"""Every page in every language: nothing for axe to complain of, nothing from outside, nothing too wide."""

import re

import pytest

from deploy.demo.organisations import COORDINATOR
from tests.e2e.conftest import Visit, Visitor

A = "harbour-house"
LANGUAGES = ("en", "ru", "be", "uk")
PAGES = ("/inbox", "/people", "/people/new", "/referrals", "/directory")
LATER_PAGES = ("/consent", "/cases/new", "/needs/new", "/refer", "/close", "/hold", "/consent/withdraw")
REPORTS = ("referrals", "referrals_by_urgency", "response_times", "persons_identified", "needs")


def _look(visitor: Visitor) -> None:
    assert visitor.complaints() == [], visitor.page.url
    width = visitor.page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert width <= 0, f"{visitor.page.url} is too wide"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_nodes_pages(visit: Visit, language: str) -> None:
    visitor = visit(A, language=language)
    _look(visitor.goes_to("/sign-in"))
    visitor.signs_in("alena").speaks(language)
    assert visitor.page.get_attribute("html", "lang") == language
    for path in PAGES:
        _look(visitor.goes_to(path))
    for path in _pages_behind(visitor):
        _look(visitor.goes_to(path))
    _look(visitor.goes_to("/people/00000000-0000-0000-0000-000000000000"))
    assert not [address for address in visitor.asked if not address.startswith(visitor.url)]


def _pages_behind(visitor: Visitor) -> list[str]:
    """A referral in and out with their questions, a person with everything that can be done for them."""
    found: list[str] = []
    for direction in ("in", "out"):
        visitor.goes_to(f"/referrals?direction={direction}")
        referrals = _links(visitor, r"/referrals/[0-9a-f-]{36}$")[:2]
        for path in referrals:
            found += [path, *_links(visitor.goes_to(path), r"/moves/\w+$")]
    people = _links(visitor.goes_to("/people"), r"/people/[0-9a-f-]{36}$")[:1]
    for path in people:
        behind = _links(visitor.goes_to(path), f"({'|'.join(LATER_PAGES)})$")
        found += [path, *behind]
    assert len(found) > 8
    return found


def _links(visitor: Visitor, pattern: str) -> list[str]:
    found = visitor.page.eval_on_selector_all(
        "main a", "links => links.map(link => link.getAttribute('href'))"
    )
    return sorted({path for path in found if path and re.search(pattern, path)})


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_coordinators_pages(visit: Visit, language: str) -> None:
    visitor = visit(COORDINATOR, language=language)
    _look(visitor.goes_to("/sign-in"))
    visitor.signs_in(COORDINATOR).speaks(language)
    for table in REPORTS:
        _look(visitor.goes_to(f"/?table={table}"))
    assert not [address for address in visitor.asked if not address.startswith(visitor.url)]


@pytest.mark.parametrize("language", ["en", "ru"])
def test_on_a_telephone(visit: Visit, language: str) -> None:
    visitor = visit(A, language=language, width=390).signs_in("alena").speaks(language)
    for path in (*PAGES, *_pages_behind(visitor)[:6]):
        _look(visitor.goes_to(path))
