"""A case is closed by its worker, or with a focal point's approval, and can be opened again until it is erased."""

from datetime import timedelta

import pytest

from services.intake.tests.node import COLLEAGUE, FOCAL_POINT, WORKER, Node
from services.intake.usecases.cases import case_page
from services.intake.usecases.closing import close_case, decide_closure, reopen_case
from services.intake.usecases.erasing import erase_case, erase_what_is_due
from services.intake.usecases.people import person_page
from services.intake.usecases.refusals import Conflict, Invalid, NotFound, NotPermitted

APPROVE = {"decision": "approve"}
SEND_BACK = {"decision": "send_back", "why": "Ask about the flat first."}


def test_a_closure_waits_for_approval(node: Node) -> None:
    _, case = node.has_case()

    waiting = close_case(node.database, case.id, "reintegrated", WORKER, needs_approval=True)

    file = case_page(node.database, case.id, WORKER)
    assert (waiting.status, file.case.closed_at, file.next_step) == ("open", None, "await_approval")
    assert file.closure_asked is not None
    with pytest.raises(Conflict, match="closure_asked"):
        close_case(node.database, case.id, "returned", WORKER, needs_approval=True)

    node.pass_time(days=1)
    closed = decide_closure(node.database, case.id, APPROVE, FOCAL_POINT)

    file = case_page(node.database, case.id, WORKER)
    assert (closed, file.case.closure_reason, file.case.closed_at) == (file.case, "reintegrated", node.at)
    assert file.sheets[-1].content == {
        "lists": 2,
        "reason": "reintegrated",
        "decision": "approve",
        "decided_by": "ihar",
    }


def test_a_focal_point_s_own_closing_has_the_approval(node: Node) -> None:
    _, case = node.has_case()

    assert close_case(node.database, case.id, "died", FOCAL_POINT, needs_approval=True).status == "closed"


def test_a_closure_is_sent_back_with_a_reason(node: Node) -> None:
    _, case = node.has_case()
    close_case(node.database, case.id, "reintegrated", WORKER, needs_approval=True)

    with pytest.raises(Invalid) as refused:
        decide_closure(node.database, case.id, {"decision": "send_back"}, FOCAL_POINT)
    decide_closure(node.database, case.id, SEND_BACK, FOCAL_POINT)

    assert refused.value.errors == {"why": "needed"}
    file = case_page(node.database, case.id, WORKER)
    assert (file.case.status, file.closure_asked) == ("open", None)
    assert file.sheets[-1].content["why"] == SEND_BACK["why"]
    close_case(node.database, case.id, "reintegrated", WORKER, needs_approval=True)


def test_nobody_else_decides(node: Node) -> None:
    _, case = node.has_case()
    close_case(node.database, case.id, "reintegrated", WORKER, needs_approval=True)

    with pytest.raises(NotPermitted):
        decide_closure(node.database, case.id, APPROVE, WORKER)
    with pytest.raises(NotFound):
        decide_closure(node.database, case.id, APPROVE, COLLEAGUE)
    assert case_page(node.database, case.id, WORKER).case.status == "open"


def test_what_nobody_has_asked_for_is_not_approved(node: Node) -> None:
    _, case = node.has_case()

    with pytest.raises(Conflict, match="no_closure_asked"):
        decide_closure(node.database, case.id, APPROVE, FOCAL_POINT)


def test_a_closed_case_is_opened_again(node: Node) -> None:
    _, case = node.has_case()
    closed = close_case(node.database, case.id, "contact_lost", WORKER)

    reopened = reopen_case(node.database, case.id, "She has called.", WORKER)

    file = case_page(node.database, case.id, WORKER)
    assert (file.case, file.case.status, file.case.closed_at, file.case.closure_reason) == (
        reopened,
        "open",
        None,
        None,
    )
    written = file.newest("reopening")
    assert written is not None
    assert written.content == {
        "lists": 2,
        "why": "She has called.",
        "closed_for": "contact_lost",
        "closed_at": str(closed.closed_at),
    }
    with pytest.raises(Conflict, match="open"):
        reopen_case(node.database, case.id, "Again.", WORKER)


def test_an_open_case_is_not_erased_however_long_ago_it_was_closed(node: Node) -> None:
    _, case = node.has_case()
    close_case(node.database, case.id, "contact_lost", WORKER)
    node.pass_time(days=89)
    reopen_case(node.database, case.id, "She has called.", WORKER)
    node.pass_time(days=300)

    assert erase_what_is_due(node.database, timedelta(days=90)) == 0
    close_case(node.database, case.id, "contact_lost", WORKER)
    node.pass_time(days=89)
    assert erase_what_is_due(node.database, timedelta(days=90)) == 0


def test_what_is_erased_is_not_opened_again(node: Node) -> None:
    person, case = node.has_case()
    close_case(node.database, case.id, "other", WORKER)
    reopen_case(node.database, case.id, "She has called from Hrodna.", WORKER)
    close_case(node.database, case.id, "other", WORKER)
    erase_case(node.database, case.reference)

    with pytest.raises(Conflict, match="erased"):
        reopen_case(node.database, case.id, "Once more.", WORKER)
    assert {(s.missing, bool(s.content)) for s in person_page(node.database, person.id, WORKER).sheets} == {
        ("erased", False)
    }


def test_without_a_reason_nothing_is_opened(node: Node) -> None:
    _, case = node.has_case()
    close_case(node.database, case.id, "other", WORKER)

    with pytest.raises(Invalid):
        reopen_case(node.database, case.id, "  ", WORKER)
