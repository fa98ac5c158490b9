"""A workshop in a browser: a worker refers, the facilitator answers for the others, and lets days pass."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from deploy.demo.organisations import COORDINATOR
from deploy.practice.practice import Practice
from deploy.practice.served import serve
from tests.e2e.conftest import Visitor
from tests.e2e.test_journey import open_case_with_need, record_consent, refer, register, until

PAGES = ("/practice", "/practice/roles", "/practice/debriefing")


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Practice]:
    going: Practice = Practice.begin(Path(tmp_path_factory.mktemp("workshop")))
    servers = serve(going)
    going.go_on()
    yield going
    for server in servers:
        server.shutdown()
    going.end()


def _visitor(
    browser: Browser, url: str, language: str, *, scripts: bool = True, width: int = 1280
) -> Visitor:
    viewport = {"width": width, "height": 900}
    page = browser.new_context(locale=language, java_script_enabled=scripts, viewport=viewport).new_page()  # type: ignore[arg-type]
    return Visitor(page, url)


def test_a_workshop(practice: Practice, browser: Browser) -> None:
    here, there, *_ = practice.plan.nodes
    worker = _visitor(browser, here.url, "en").signs_in(here.about.staff[0].username).speaks("en")
    assert worker.sees("Practice: everybody here is invented")
    assert worker.complaints() == []
    facilitator = _visitor(browser, practice.plan.reporting_url, "en", scripts=False).signs_in(COORDINATOR)
    register(worker, "Rada", "Rada")
    record_consent(worker, there.org)
    open_case_with_need(worker)
    referral_id = refer(worker, there.org)
    until(worker, "delivered", "the worker sees that it is delivered")

    facilitator.goes_to("/practice")
    assert facilitator.sees(there.about.name)
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
    facilitator = _visitor(browser, practice.plan.reporting_url, language, width=width).signs_in(COORDINATOR)
    for page in PAGES:
        facilitator.goes_to(page).speaks(language)
        facilitator.goes_to(page)
        assert facilitator.complaints() == []
        assert facilitator.page.evaluate("document.documentElement.scrollWidth") <= width
