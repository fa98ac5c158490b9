"""The whole path in a browser: a case worker of one organisation, staff of another, the coordinator."""

from dataclasses import dataclass
from uuid import uuid4

import pytest

from deploy.demo.organisations import COORDINATOR
from shared.clock import now
from shared.polling import poll_until
from tests.e2e.conftest import Visit, Visitor
from tests.network import SOON, Network

A, B = "harbour-house", "legal-aid-centre"
NEW_PERSON = {"en": "Mirela", "ru": "Нина"}


@dataclass(frozen=True)
class Words:
    """What a page must say in the language, from the glossary."""

    delivered: str
    completed: str
    inbox: str


WORDS = {
    "en": Words("delivered", "completed", "inbox"),
    "ru": Words("доставлено", "завершено", "входящие"),
}


@pytest.mark.parametrize(("language", "scripts"), [("en", True), ("ru", False)])
def test_a_referral_travels_from_desk_to_desk(
    visit: Visit,
    network: Network,
    language: str,
    scripts: bool,  # noqa: FBT001 - a parameter
) -> None:
    worker = visit(A, language=language, scripts=scripts).signs_in("alena").speaks(language)
    lawyer = visit(B, language=language, scripts=scripts).signs_in("oksana").speaks(language)
    coordinator = (
        visit(COORDINATOR, language=language, scripts=scripts).signs_in(COORDINATOR).speaks(language)
    )
    words, alias = WORDS[language], f"Test {uuid4().hex[:8]}"
    assert worker.sees(words.inbox)
    counted, mails = _completed(coordinator, words.completed), len(network.mails())

    _register(worker, alias, NEW_PERSON[language])
    _record_consent(worker)
    _open_case_with_need(worker)
    referral_id = _refer(worker)

    _until(worker, words.delivered, "the worker sees that it is delivered")
    poll_until(lambda: len(network.mails()) > mails, seconds=SOON, what="a mail to the staff")
    lawyer.goes_to("/inbox").follows(referral_id)
    assert lawyer.sees(alias)
    assert not lawyer.sees(NEW_PERSON[language]), "the name was not ticked"

    for move in ("acknowledge", "accept", "start", "complete"):
        _answer(lawyer, referral_id, move)
    _until(worker, words.completed, "the worker sees that it is completed")
    poll_until(
        lambda: _completed(coordinator, words.completed) > counted,
        seconds=SOON,
        what="the report to count it",
    )
    for visitor in (worker, lawyer, coordinator):
        assert not [address for address in visitor.asked if not address.startswith(visitor.url)]
        assert not [address for address in visitor.asked if alias.split()[1] in address]


def _register(worker: Visitor, alias: str, name: str) -> None:
    worker.goes_to("/people").follows("/people/new")
    worker.fills(alias=alias, given_name=name).chooses("age_band", "24--26").chooses("gender", "Woman")
    worker.presses("main form.questions [type=submit]")
    assert worker.sees(alias)


def _record_consent(worker: Visitor, org: str = B) -> None:
    worker.follows("/consent")
    worker.ticks("given_by", "individual").ticks("purposes", "referral", "statistics")
    worker.ticks("organisations", org).ticks("fields", "alias", "given_name", "age_band")
    worker.presses("main form.questions [type=submit]")


def _open_case_with_need(worker: Visitor) -> None:
    worker.follows("/cases/new").chooses("conclusion", "presumed_victim")
    worker.presses("main form.questions [type=submit]")
    worker.follows("/needs/new").chooses("service_type", "legal_assistance").ticks("priority", "high")
    worker.presses("main form.questions [type=submit]")


def _refer(worker: Visitor, org: str = B) -> str:
    worker.follows("/refer")
    worker.ticks("urgency", "urgent").ticks("to_org", org).presses("button[name=go][value=what]")
    worker.ticks("fields", "alias", "age_band").fills(reason="Needs advice on papers.")
    worker.ticks("safe_contact", "in_person").presses("button[name=go][value=check]")
    worker.presses("button[name=go][value=send]")
    return worker.page.url.rsplit("/", 1)[1]


def _until(visitor: Visitor, text: str, what: str) -> None:
    poll_until(lambda: bool(visitor.page.reload()) and visitor.sees(text), seconds=SOON, what=what)


def _answer(lawyer: Visitor, referral_id: str, move: str) -> None:
    """A move that needs nothing said is one button; others have a page of their own."""
    lawyer.goes_to(f"/referrals/{referral_id}/moves/{move}")
    lawyer.presses("main form.questions [type=submit]")
    assert lawyer.page.url.endswith(f"/referrals/{referral_id}")


def _completed(coordinator: Visitor, title: str) -> int:
    """The total of that state; states stand down the page or across it, whichever leaves more room."""
    coordinator.goes_to(f"/report?table=referrals&period={now().year}")
    table = coordinator.page.locator("table").first
    names = [name.casefold() for name in table.locator("tbody th").all_inner_texts()]
    if title in names:
        return int(table.locator("tbody tr").nth(names.index(title)).locator("td").all_inner_texts()[-1])
    columns = [name.casefold() for name in table.locator("thead th").all_inner_texts()]
    return int(table.locator("tbody tr").last.locator("td").all_inner_texts()[columns.index(title) - 1])
