"""A case from the first question to closure in a browser, in every language: readable, and no page too wide."""

import re
from datetime import timedelta

import pytest

from shared.clock import now
from tests.e2e.conftest import Visit, Visitor
from tests.e2e.test_pages import look

A = "harbour-house"
TODAY = (now() + timedelta(hours=3)).date().isoformat()  #: in Minsk


@pytest.mark.parametrize(("language", "width"), [("en", 1280), ("ru", 390), ("be", 1280), ("uk", 390)])
def test_a_case_is_led_from_page_to_page(visit: Visit, language: str, width: int) -> None:
    worker = visit(A, language=language, width=width).signs_in("alena").speaks(language)
    person = _a_child(worker, f"Wren {language}")
    case = _case_of(worker, person)

    _screen_and_assess(worker, case)
    _plan_and_give(worker, case)
    _follow_up(worker, case)
    _close_and_open_again(worker, case)

    for path in (person, f"{person}/consent", "/inbox", "/people"):
        look(worker.goes_to(path))
    assert not [address for address in worker.asked if not address.startswith(worker.url)]


def _sends(worker: Visitor) -> None:
    """Look at the page, then press its button."""
    look(worker)
    worker.presses("main form.questions [type=submit]")


def _a_child(worker: Visitor, alias: str) -> str:
    worker.goes_to("/people/new").fills(alias=alias).chooses("age_band", "12--14")
    worker.presses("main form.questions [type=submit]")
    worker.ticks("situation", "separated").ticks("informed", "no")
    worker.fills(not_informed_why="Not found yet.", best_interests="Stays with the aunt.")
    _sends(worker)
    return worker.page.url.removeprefix(worker.url)


def _case_of(worker: Visitor, person: str) -> str:
    """Open a case for them: the address of its page."""
    worker.goes_to(f"{person}/cases/new").presses("main form.questions [type=submit]")
    return worker.page.url.removeprefix(worker.url)


def _screen_and_assess(worker: Visitor, case: str) -> None:
    worker.follows("/screening").ticks("debt", "yes").ticks("conclusion", "presumed_victim")
    worker.chooses("identified_by", "police")
    _sends(worker)
    for level in ("1", "3"):
        worker.goes_to(f"{case}/assessment").chooses("safety", level).ticks("risk", "high")
        worker.page.check("[name=immediate_risk]")
        _sends(worker)
        worker.fills(risk_household="Debts.", protective_individual="Speaks up.")
        _sends(worker)
    look(worker)


def _plan_and_give(worker: Visitor, case: str) -> None:
    worker.follows("/needs/new").chooses("service_type", "food").ticks("priority", "high")
    _sends(worker)
    worker.follows("/plan").ticks("how", "own_service").fills(planned_on=TODAY)
    _sends(worker)
    worker.follows("/give").ticks("how", "own_service")
    worker.page.check("[name=meets]")
    _sends(worker)
    assert worker.page.url.endswith(case)


def _follow_up(worker: Visitor, case: str) -> None:
    worker.goes_to(f"{case}/follow-ups/new").fills(due_on=TODAY).ticks("type", "phone")
    _sends(worker)
    worker.follows("/done").fills(finding="She goes to school.")
    _sends(worker)
    assert worker.sees("She goes to school.")


def _close_and_open_again(worker: Visitor, case: str) -> None:
    worker.goes_to(f"{case}/close").ticks("reason", "reintegrated")
    _sends(worker)
    look(worker)
    worker.follows("/reopen").fills(why="She has asked for help again.")
    _sends(worker)
    assert worker.sees("She has asked for help again.")
    assert re.search(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}\b", worker.page.inner_text("main"))
