"""A workshop in a browser: a worker refers, the facilitator answers for the others, and lets days pass."""

import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from deploy.demo.organisations import COORDINATOR
from deploy.practice.organisations import ORGANISATIONS
from shared.polling import poll_until
from tests.e2e.conftest import Visitor
from tests.e2e.test_journey import open_case_with_need, record_consent, refer, register, until

PAGES = ("/practice", "/practice/roles", "/practice/debriefing")
BEGUN = 120.0  #: seconds until a network for a workshop is there
HERE, THERE, *_ = ORGANISATIONS


@dataclass(frozen=True)
class Practice:
    """Where the facilitator goes, and the people of each organisation."""

    facilitator: str
    nodes: dict[str, str]


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory, programs: Path) -> Iterator[Practice]:
    """As somebody has it who has installed the wheel."""
    folder = tmp_path_factory.mktemp("workshop")
    clean = {name: value for name, value in os.environ.items() if not name.startswith("THROUGHLINE_")}
    going = subprocess.Popen(
        [programs / "throughline", "practice", "--json", "practice.json"],
        cwd=folder,
        env=clean,
        stdout=subprocess.DEVNULL,
    )
    try:
        file = folder / "practice.json"
        poll_until(lambda: file.exists() and file.read_text().endswith("\n"), seconds=BEGUN, what="practice")
        told = json.loads(file.read_text())
        yield Practice(told["facilitator"].removesuffix("/practice"), told["nodes"])
    finally:
        going.terminate()
        assert going.wait(BEGUN) == 0


def _visitor(
    browser: Browser, url: str, language: str, *, scripts: bool = True, width: int = 1280
) -> Visitor:
    viewport = {"width": width, "height": 900}
    page = browser.new_context(locale=language, java_script_enabled=scripts, viewport=viewport).new_page()  # type: ignore[arg-type]
    return Visitor(page, url)


def test_a_workshop(practice: Practice, browser: Browser) -> None:
    at_work = _visitor(browser, practice.nodes[HERE.org], "en")
    worker = at_work.signs_in(HERE.staff[0].username).speaks("en")
    assert worker.sees("Practice: everybody here is invented")
    assert worker.complaints() == []
    facilitator = _visitor(browser, practice.facilitator, "en", scripts=False).signs_in(COORDINATOR)
    register(worker, "Rada", "Rada")
    record_consent(worker, THERE.org)
    open_case_with_need(worker)
    referral_id = refer(worker, THERE.org)
    until(worker, "delivered", "the worker sees that it is delivered")

    facilitator.goes_to("/practice")
    assert facilitator.sees(THERE.name)
    facilitator.presses("button[name=hours][value='24']")
    assert facilitator.sees("overdue")
    facilitator.presses("button[name=move][value=accept]")
    worker.goes_to(f"/referrals/{referral_id}")
    until(worker, "accepted", "the worker sees the answer")
    facilitator.goes_to("/practice/debriefing")
    assert facilitator.sees("What was shared: Alias")
    assert facilitator.sees("accepted")


@pytest.mark.parametrize("language", ["en", "ru", "be", "uk"])
@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_is_wrong_with_the_facilitators_pages(
    practice: Practice, browser: Browser, language: str, width: int
) -> None:
    facilitator = _visitor(browser, practice.facilitator, language, width=width).signs_in(COORDINATOR)
    for page in PAGES:
        facilitator.goes_to(page).speaks(language)
        facilitator.goes_to(page)
        ways = facilitator.page.locator("nav a")
        assert ways.evaluate_all("each => each.map(one => one.pathname)") == list(PAGES)
        assert facilitator.page.locator("nav a[aria-current=page]").count() == 1
        assert facilitator.complaints() == []
        assert facilitator.page.evaluate("document.documentElement.scrollWidth") <= width
