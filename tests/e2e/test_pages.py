"""Every page in every language: nothing for axe to complain of, nothing from outside, nothing too wide."""

import re

import pytest

from tests.e2e.conftest import Visit, Visitor

A, B = "harbour-house", "legal-aid-centre"
LANGUAGES = ("en", "ru", "be", "uk")
PAGES = (
    "/inbox",
    "/people",
    "/people/new",
    "/referrals",
    "/directory",
    "/questions",
    "/questions/new",
    "/deputies",
    "/emergency",
    "/account",
    "/account/password",
)
LATER_PAGES = ("/consent", "/cases/new", "/needs/new", "/refer", "/close", "/hold", "/consent/withdraw")


def look(visitor: Visitor) -> None:
    """Nothing for axe to complain of, and no wider than the window."""
    assert visitor.complaints() == [], visitor.page.url
    width = visitor.page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert width <= 0, f"{visitor.page.url} is too wide"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_nodes_pages(visit: Visit, language: str) -> None:
    visitor = visit(A, language=language)
    look(visitor.goes_to("/sign-in"))
    visitor.signs_in("alena").speaks(language)
    assert visitor.page.get_attribute("html", "lang") == language
    for path in PAGES:
        look(visitor.goes_to(path))
    for path in _pages_behind(visitor):
        look(visitor.goes_to(path))
    look(visitor.goes_to("/people/00000000-0000-0000-0000-000000000000"))
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


def test_a_focal_point_s_pages(visit: Visit) -> None:
    visitor = visit(A).signs_in("viktor")
    for path in ("/services", "/services/new", "/questions", "/deputies", "/inbox"):
        look(visitor.goes_to(path))
    for path in _links(visitor.goes_to("/services"), r"/services/[0-9a-f-]{36}$")[:1]:
        look(visitor.goes_to(path))


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_administrators_page_of_the_node(visit: Visit, language: str) -> None:
    visitor = visit(A, language=language).signs_in("harbour-admin").speaks(language)
    for width in (1280, 390):
        visitor.page.set_viewport_size({"width": width, "height": 900})
        look(visitor.goes_to("/node"))
    assert visitor.sees("throughline backup")
    assert not [address for address in visitor.asked if not address.startswith(visitor.url)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_focal_points_pages(visit: Visit, language: str) -> None:
    """A case worker opens a colleague's case in an emergency, and the focal point sees it and who works on what."""
    worker = visit(B, language=language).signs_in("oksana").speaks(language)
    focal = visit(B, language=language).signs_in("pavel").speaks(language)
    person, reference = _registers(focal, f"Stork {language}")
    assert worker.goes_to(person).page.inner_text("main").count("404") == 1

    worker.goes_to("/emergency").fills(reference=reference, reason="She is at the door.")
    worker.presses("main form.questions [type=submit]")
    assert worker.page.url.endswith(person)
    look(worker)

    look(focal.goes_to("/inbox"))
    assert focal.sees(reference)
    assert focal.sees("She is at the door.")
    look(focal.goes_to(f"{person}/team"))
    focal.ticks("members", "oksana").presses("main form.questions [type=submit]")
    look(focal)
    assert focal.sees("Oksana, lawyer")
    [came] = _links(focal.goes_to("/referrals?direction=in"), r"/referrals/[0-9a-f-]{36}$")[:1]
    look(focal.goes_to(f"{came}/team"))
    focal.goes_to("/inbox").presses("main form[action$='/reviewed'] [type=submit]")
    assert not focal.sees(reference)


def _registers(focal: Visitor, alias: str) -> tuple[str, str]:
    """A person with a case that the focal point works on: the page, and the reference."""
    focal.goes_to("/people/new").fills(alias=alias).presses("main form.questions [type=submit]")
    person = focal.page.url.removeprefix(focal.url)
    focal.follows("/cases/new").presses("main form.questions [type=submit]")
    found = re.search(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}\b", focal.page.inner_text("main"))
    assert found
    return person, found[0]


@pytest.mark.parametrize("language", ["en", "ru"])
def test_on_a_telephone(visit: Visit, language: str) -> None:
    visitor = visit(A, language=language, width=390).signs_in("alena").speaks(language)
    for path in (*PAGES, *_pages_behind(visitor)[:6]):
        look(visitor.goes_to(path))
