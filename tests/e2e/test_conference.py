"""A case conference in a browser, in every language: chosen, looked at, sent; read and answered elsewhere; closed."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import timedelta
from uuid import UUID

import pytest
from playwright.sync_api import Browser

from services.intake.domain import Case
from services.intake.domain.conference import CONFIRMED, Act
from services.intake.storage.conferences import add_act
from services.intake.usecases.offering import put_service
from shared.clock import new_id
from tests.e2e.conftest import Visitor
from tests.e2e.test_ladder import PASSWORD, node_web, served
from tests.integration.test_conference import STAFF_OF_THREE, C, has_case
from tests.two_organisations import FOCAL_POINT, SENDER, START, A, B, World

SUBMIT = "main form.questions [type=submit]"
Come = Callable[..., Visitor]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with closing(World(tmp_path_factory.mktemp("world"), STAFF_OF_THREE)) as world:
        offer = {"name": "Beds", "service_type": "shelter", "status": "open", "areas": ["Hrodna"]}
        put_service(world.databases[B], None, offer, FOCAL_POINT)
        world.network.settle()
        yield world


@pytest.fixture
def come(browser: Browser, world: World) -> Iterator[Come]:
    """Somebody signs in at an organisation's node, in a language, at a width, perhaps without scripts."""
    with ExitStack() as opened:
        urls = {org: opened.enter_context(served(node_web(world, org))) for org in (A, C)}

        def at(org: str, username: str, language: str, width: int, *, scripts: bool = True) -> Visitor:
            size = {"width": width, "height": 900}
            context = browser.new_context(locale=language, java_script_enabled=scripts, viewport=size)  # type: ignore[arg-type]
            opened.callback(context.close)
            visitor = Visitor(context.new_page(), urls[org]).goes_to("/sign-in")
            visitor.fills(username=username, password=PASSWORD).presses("main form [type=submit]")
            return visitor.speaks(language)

        yield at


@pytest.mark.parametrize(
    ("language", "width", "scripts"),
    [("en", 1280, True), ("ru", 390, True), ("be", 390, True), ("uk", 1280, True), ("en", 390, False)],
)
def test_a_conference(world: World, come: Come, language: str, width: int, scripts: bool) -> None:  # noqa: FBT001
    _, case = has_case(world)
    worker = come(A, SENDER.username, language, width, scripts=scripts)
    page = _opens(worker, case, scripts=scripts)
    _looks(worker.follows("/invite"), scripts=scripts)
    worker.ticks("organisation", C).presses(SUBMIT)
    world.network.settle()
    _looks(worker.goes_to(page), scripts=scripts)

    lena = come(C, "lena", language, width, scripts=scripts)
    assert lena.page.goto(lena.url + page).status == 404  # type: ignore[union-attr]
    zoya = come(C, "zoya", language, width, scripts=scripts).goes_to(page)
    assert zoya.sees("somebody and a child?")
    _looks(zoya, scripts=scripts)
    _alarms(world, zoya, page, scripts=scripts)
    _looks(zoya.follows("/team"), scripts=scripts)
    zoya.ticks("members", "lena").presses(SUBMIT)

    _looks(lena.goes_to("/inbox"), scripts=scripts)
    _looks(lena.follows("/conferences"), scripts=scripts)
    lena.goes_to(page).follows("/write").fills(text="ask for Lena").presses(SUBMIT)
    assert lena.page.locator("mark").count() == 1
    _looks(lena, scripts=scripts)
    lena.page.check("[name=sure]")
    lena.presses(SUBMIT)
    world.network.settle()

    _closes(worker.goes_to(page), scripts=scripts)
    world.network.settle()
    assert lena.goes_to(page).sees("a room for two")
    _looks(zoya.goes_to(f"{page}/leave"), scripts=scripts)
    world.clock.pass_time(days=14)
    assert not lena.goes_to(page).sees("a room for two")
    _looks(lena, scripts=scripts)
    assert not [
        address for who in (worker, lena, zoya) for address in who.asked if not address.startswith(who.url)
    ]
    world.clock.at = START


def _alarms(world: World, visitor: Visitor, page: str, *, scripts: bool) -> None:
    """Another organisation's node says that it was told something else."""
    with world.databases[C].transaction() as tx:
        other = Act(new_id(), CONFIRMED, B, tx.at, content={"case": "0" * 64, "invited": [B, C]})
        add_act(tx, UUID(page.rpartition("/")[2]), other)
    assert visitor.goes_to(page).page.locator("[role=alert]").count() == 1
    _looks(visitor, scripts=scripts)


def _looks(visitor: Visitor, *, scripts: bool) -> None:
    if scripts:  # what looks at a page is a script itself
        assert visitor.complaints() == []


def _opens(worker: Visitor, case: Case, *, scripts: bool) -> str:
    """From the page of the case; a name that is known stops it, and is written differently."""
    worker.goes_to(f"/cases/{case.id}")
    _looks(worker, scripts=scripts)
    worker.follows("/conferences/new")
    assert worker.page.locator("main input[type=checkbox]:checked").count() == 0
    _looks(worker, scripts=scripts)
    worker.ticks("fields", "gender", "opened_on").ticks("organisations", B).chooses("region", "Hrodna")
    worker.fills(question="who could shelter Maria and a child?").presses("main [name=go][value=check]")
    assert worker.page.locator("mark.mark-known").count() == 1
    assert worker.page.locator("[name=go][value=send]").count() == 0
    _looks(worker, scripts=scripts)
    worker.presses("main [name=go][value=write]").fills(question="who could shelter somebody and a child?")
    worker.presses("main [name=go][value=check]")
    _looks(worker, scripts=scripts)
    worker.presses("main [name=go][value=send]")
    _looks(worker, scripts=scripts)
    return worker.page.url.removeprefix(worker.url)


def _closes(worker: Visitor, *, scripts: bool) -> None:
    assert worker.sees("ask for Lena")
    _looks(worker, scripts=scripts)
    worker.follows("/close").chooses("org_0", C)
    _looks(worker, scripts=scripts)
    until = (START + timedelta(days=9)).date().isoformat()
    worker.fills(what_0="a room for two", until_0=until).presses(SUBMIT)
    assert worker.sees("a room for two")
    _looks(worker, scripts=scripts)
    worker.follows("/end")
    _looks(worker, scripts=scripts)
