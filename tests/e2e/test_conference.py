"""A case conference in a browser, in every language: chosen, looked at, sent; read and answered elsewhere; closed."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from services.intake.domain.conference import CONFIRMED, Act
from services.intake.storage.conferences import add_act
from shared.clock import new_id, now
from shared.polling import poll_until
from tests.e2e.conftest import Visit, Visitor
from tests.e2e.test_journey import A, B, register, until
from tests.integration.canaries import database_of
from tests.network import SOON, Network

C = "open-door-clinic"
SUBMIT = "main form.questions [type=submit]"


@pytest.mark.parametrize(
    ("language", "width", "scripts"),
    [("en", 1280, True), ("ru", 390, True), ("be", 390, True), ("uk", 1280, True), ("en", 390, False)],
)
def test_a_conference(
    visit: Visit,
    network: Network,
    language: str,
    width: int,
    scripts: bool,  # noqa: FBT001
) -> None:
    def come(org: str, username: str) -> Visitor:
        visitor = visit(org, language=language, width=width, scripts=scripts)
        return visitor.signs_in(username).speaks(language)

    worker = come(A, "alena")
    case = _has_case(worker)
    page = _opens(worker, case, scripts=scripts)
    _looks(worker.follows("/invite"), scripts=scripts)
    worker.ticks("organisation", C).presses(SUBMIT)
    _looks(worker, scripts=scripts)

    tadesse, miriam = come(C, "tadesse"), come(C, "miriam")
    _reads(tadesse, miriam, page, scripts=scripts)
    _alarms(network, tadesse, page, scripts=scripts)
    _looks(tadesse.follows("/team"), scripts=scripts)
    tadesse.ticks("members", "miriam").presses(SUBMIT)

    _looks(miriam.goes_to("/inbox"), scripts=scripts)
    _looks(miriam.follows("/conferences"), scripts=scripts)
    _writes(miriam.goes_to(page), scripts=scripts)
    until(worker.goes_to(page), "ask for Lena", "what they wrote")
    _closes(worker, scripts=scripts)
    until(miriam.goes_to(page), "a room for two", "what is agreed")
    _looks(tadesse.goes_to(f"{page}/leave"), scripts=scripts)
    worker.presses(SUBMIT)
    poll_until(
        lambda: bool(miriam.goes_to(page)) and not miriam.sees("a room for two"),
        seconds=SOON,
        what="that nothing of it is there any more",
    )
    _looks(miriam, scripts=scripts)
    assert not [away for who in (worker, miriam, tadesse) for away in _asked_elsewhere(who)]


def _reads(focal_point: Visitor, colleague: Visitor, page: str, *, scripts: bool) -> None:
    """A focal point sees the invitation, and nobody else does."""
    poll_until(lambda: focal_point.page.goto(focal_point.url + page).ok, seconds=SOON, what="an invitation")  # type: ignore[union-attr]
    assert focal_point.sees("somebody and a child?")
    assert colleague.page.goto(colleague.url + page).status == 404  # type: ignore[union-attr]
    _looks(focal_point, scripts=scripts)


def _asked_elsewhere(who: Visitor) -> list[str]:
    return [address for address in who.asked if not address.startswith(who.url)]


def _has_case(worker: Visitor) -> str:
    """The path of the case of somebody who agrees to being talked about."""
    register(worker, f"Test {uuid4().hex[:8]}", "Maria")
    worker.follows("/consent").ticks("given_by", "individual").ticks("purposes", "conference")
    worker.ticks("organisations", B, C).ticks("fields", "age_band", "gender").presses(SUBMIT)
    worker.follows("/cases/new").chooses("conclusion", "presumed_victim").presses(SUBMIT)
    return worker.page.url.removeprefix(worker.url)


def _alarms(network: Network, visitor: Visitor, page: str, *, scripts: bool) -> None:
    """Another organisation's node says that it was told something else."""
    with database_of(network, C) as database, database.transaction() as tx:
        other = Act(new_id(), CONFIRMED, B, tx.at, content={"case": "0" * 64, "invited": [B, C]})
        add_act(tx, UUID(page.rpartition("/")[2]), other)
    assert visitor.goes_to(page).page.locator("[role=alert]").count() == 1
    _looks(visitor, scripts=scripts)


def _looks(visitor: Visitor, *, scripts: bool) -> None:
    if scripts:  # what looks at a page is a script itself
        assert visitor.complaints() == []


def _opens(worker: Visitor, case: str, *, scripts: bool) -> str:
    """From the page of the case; a name that is known stops it, and is written differently."""
    worker.goes_to(case)
    _looks(worker, scripts=scripts)
    worker.follows("/conferences/new")
    assert worker.page.locator("main input[type=checkbox]:checked").count() == 0
    _looks(worker, scripts=scripts)
    worker.ticks("fields", "gender", "opened_on").ticks("organisations", B).chooses("region", "Minsk")
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


def _writes(miriam: Visitor, *, scripts: bool) -> None:
    """What looks like a name is asked about first."""
    miriam.follows("/write").fills(text="ask for Lena").presses(SUBMIT)
    assert miriam.page.locator("mark").count() == 1
    _looks(miriam, scripts=scripts)
    miriam.page.check("[name=sure]")
    miriam.presses(SUBMIT)


def _closes(worker: Visitor, *, scripts: bool) -> None:
    _looks(worker, scripts=scripts)
    worker.follows("/close").chooses("org_0", C)
    _looks(worker, scripts=scripts)
    last_day = (now() + timedelta(days=9)).date().isoformat()
    worker.fills(what_0="a room for two", until_0=last_day).presses(SUBMIT)
    assert worker.sees("a room for two")
    _looks(worker, scripts=scripts)
    worker.follows("/end")
    _looks(worker, scripts=scripts)
