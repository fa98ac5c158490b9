"""An emergency that nobody answers, as both sides and the coordinator see it, rung by rung; a clock turned by hand."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext
from werkzeug.serving import make_server

from services.intake.settings import IntakeWebSettings
from services.intake.usecases.deputies import name_deputy
from services.intake.usecases.need_to_know import set_referral_team
from services.intake.usecases.sending import send_referral
from services.intake.web import create_app as intake_web
from services.reporting.settings import ReportingWebSettings
from services.reporting.usecases.staff import add_coordinator
from services.reporting.web import create_app as reporting_web
from shared.settings import Secret
from tests.e2e.conftest import Visitor
from tests.two_organisations import ASSIGNEE, FOCAL_POINT, SENDER, START, A, B, World, sends

PASSWORD = "seven quiet lanterns"
DEPUTY, COORDINATOR = "taras", "coordinator"
WEB: dict[str, Any] = {
    "secret_key": Secret("0" * 32),
    "public_url": "http://127.0.0.1:8000",
    "second_factor": "optional",
}
Look = Callable[..., Visitor]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with closing(World(tmp_path)) as world:
        add_coordinator(world.databases["reporting"], COORDINATOR, PASSWORD)
        yield world


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """The application at an address of this machine."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()


def node_web(world: World, org: str) -> Flask:
    place = {"org": org, "org_name": org, "intake_database_url": "sqlite://", "key_file": Path("node.key")}
    return intake_web(world.databases[org], IntakeWebSettings(**WEB, **place))


@pytest.fixture
def look(browser: Browser, world: World) -> Iterator[Look]:
    """Somebody signs in and goes to a page, and axe finds nothing wrong with it. Each time in a new browser."""
    settings = ReportingWebSettings(**WEB, reporting_database_url="sqlite://")
    reports = reporting_web(world.databases["reporting"], settings)
    with served(node_web(world, A)) as a, served(node_web(world, B)) as b, served(reports) as hub:
        opened: list[BrowserContext] = []
        places = {SENDER.username: a, "ihar": a, ASSIGNEE: b, FOCAL_POINT.username: b, COORDINATOR: hub}

        def at(username: str, path: str) -> Visitor:
            opened.append(context := browser.new_context(locale="en"))
            visitor = Visitor(context.new_page(), places[username]).goes_to("/sign-in")
            visitor.fills(username=username, password=PASSWORD).presses("main form [type=submit]")
            visitor.goes_to(path)
            assert visitor.complaints() == []
            return visitor

        yield at
        for context in opened:
            context.close()


def red_tags(visitor: Visitor) -> list[str]:
    """The words of the tags that are red on the page."""
    background = "tag => getComputedStyle(tag).backgroundColor.match(/[0-9]+/g).map(Number)"
    tags = [(tag.inner_text(), *tag.evaluate(background)) for tag in visitor.page.locator("main .tag").all()]
    return [words for words, red, green, blue, *_ in tags if red > 2 * green and red > 2 * blue]


def test_an_emergency_that_nobody_answers(world: World, look: Look) -> None:
    referral = send_referral(world.databases[A], sends(world), SENDER)
    page = f"/referrals/{referral.id}"
    world.network.settle()
    set_referral_team(world.databases[B], referral.id, [ASSIGNEE], FOCAL_POINT)
    days = {"first": START.date(), "last": START.date()}
    name_deputy(world.databases[B], ASSIGNEE, DEPUTY, **days, by=FOCAL_POINT)
    world.mailed_after(minutes=59)
    assert red_tags(look(SENDER.username, page)) == red_tags(look(ASSIGNEE, page)) == []

    called = {
        "those who work on it at the receiving organisation are reminded": [DEPUTY, ASSIGNEE],
        "everyone on intake at the receiving organisation is reminded": ["anna", DEPUTY, ASSIGNEE],
        "those who sent it are told": [SENDER.username],
        "the focal points of the sending organisation are told": ["ihar"],
        "the coordinators see one more in their count": [],
    }
    rungs = list(called)
    for number, (rung, people) in enumerate(called.items()):
        assert world.mailed_after(minutes=15 if number else 1) == people
        for username in (SENDER.username, ASSIGNEE):
            seen = look(username, page)
            assert set(red_tags(seen)) == {"overdue"}
            assert seen.sees(rung)
            assert all(seen.sees(f"If nothing is answered: {after}") for after in rungs[number + 1 :][:1])
            assert not any(seen.sees(later) for later in rungs[number + 2 :])
    assert look(SENDER.username, page).sees("Do not wait: telephone")
    for username in ("ihar", FOCAL_POINT.username):
        assert "overdue" in red_tags(look(username, "/inbox"))
    assert look(COORDINATOR, "/").page.locator("main", has_text="overdue and escalated").count() == 1
