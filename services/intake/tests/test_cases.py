"""Cases and needs, and which step comes next."""

import re
from typing import Any

import pytest

from services.intake.storage.tables import cases, needs
from services.intake.tests.node import ADMIN, HERE, STRANGER, THERE, WORKER, Node, moved_on, order
from services.intake.usecases.cases import add_need, case_page, open_case, settle_need
from services.intake.usecases.closing import close_case
from services.intake.usecases.people import person_page
from services.intake.usecases.referrals import send_referral
from services.intake.usecases.refusals import Conflict, Invalid, NotFound
from shared.clock import new_id
from shared.schemas.life import Move


def test_a_case_is_known_by_a_random_reference(node: Node) -> None:
    person = node.registers()

    found = [open_case(node.database, person.id, WORKER) for _ in range(3)]

    assert all(re.fullmatch(r"[2-9A-Z]{4}-[2-9A-Z]{4}", case.reference) for case in found)
    assert len({case.reference for case in found}) == 3
    assert [case.id for case in person_page(node.database, person.id, WORKER).cases] == [
        case.id for case in reversed(found)
    ]


def test_what_was_concluded_is_kept(node: Node) -> None:
    person = node.registers()

    case = open_case(
        node.database, person.id, WORKER, conclusion="presumed_victim", exploitation=["isForcedLabour"]
    )

    assert case_page(node.database, case.id, WORKER).case == case
    assert (case.conclusion, case.exploitation) == ("presumed_victim", ("isForcedLabour",))


@pytest.mark.parametrize("given", [{"conclusion": "victim"}, {"exploitation": ["isOther"]}])
def test_unknown_conclusions_are_refused(node: Node, given: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as refused:
        open_case(node.database, node.registers().id, WORKER, **given)

    assert set(refused.value.errors.values()) == {"unknown_code"}
    assert node.rows(cases) == []


def test_a_need_is_of_a_known_type_and_priority(node: Node) -> None:
    _, case = node.has_case()

    with pytest.raises(Invalid) as refused:
        add_need(node.database, case.id, "wishes", "", WORKER)

    assert refused.value.errors == {"service_type": "unknown_code", "priority": "needed"}
    assert node.rows(needs) == []


@pytest.mark.parametrize("who", [STRANGER, ADMIN])
def test_anothers_case_is_as_one_that_is_not_there(node: Node, who: Any) -> None:
    person, case = node.has_case()
    need = add_need(node.database, case.id, "food", "low", WORKER)

    attempts: list[Any] = [
        lambda: open_case(node.database, person.id, who),
        lambda: case_page(node.database, case.id, who),
        lambda: add_need(node.database, case.id, "food", "low", who),
        lambda: settle_need(node.database, need.id, "met", who),
        lambda: close_case(node.database, case.id, "died", who),
        lambda: case_page(node.database, new_id(), WORKER),
    ]
    for attempt in attempts:
        with pytest.raises(NotFound):
            attempt()
    assert (len(node.rows(cases)), len(node.rows(needs))) == (1, 1)


def test_the_file_of_a_case_says_the_next_step_all_the_way(node: Node) -> None:
    person = node.registers()
    steps = [person_page(node.database, person.id, WORKER).next_step]
    node.has_consent(person)
    case = open_case(node.database, person.id, WORKER)
    steps.append(case_page(node.database, case.id, WORKER).next_step)
    need = add_need(node.database, case.id, "legal_assistance", "high", WORKER)
    steps.append(case_page(node.database, case.id, WORKER).next_step)
    referral = send_referral(node.database, order(case, need_id=need.id), WORKER)
    for lived in ([], [Move.DELIVER, Move.ACCEPT], [Move.DELIVER, Move.ACCEPT, Move.COMPLETE]):
        node.hears(*moved_on(referral.id, HERE, THERE, *lived))
        steps.append(case_page(node.database, case.id, WORKER).next_step)

    assert steps == ["record_consent", "screen", "refer", "await_answer", "provide", "plan_follow_up"]


def test_a_need_can_be_met_without_a_referral_and_only_once(node: Node) -> None:
    _, case = node.has_case()
    need = add_need(node.database, case.id, "food", "low", WORKER)

    settle_need(node.database, need.id, "met", WORKER)

    assert case_page(node.database, case.id, WORKER).needs[0].state == "met"
    with pytest.raises(Conflict, match="met"):
        settle_need(node.database, need.id, "not_met", WORKER)
    with pytest.raises(Invalid):
        settle_need(node.database, need.id, "planned", WORKER)


def test_nothing_is_added_to_a_closed_case(node: Node) -> None:
    _, case = node.has_case()
    closed = close_case(node.database, case.id, "plan_completed", WORKER)

    assert case_page(node.database, case.id, WORKER).case == closed
    assert (closed.status, closed.closed_at) == ("closed", node.at)
    attempts: list[Any] = [
        lambda: add_need(node.database, case.id, "food", "low", WORKER),
        lambda: close_case(node.database, case.id, "died", WORKER),
        lambda: send_referral(node.database, order(case), WORKER),
    ]
    for attempt in attempts:
        with pytest.raises(Conflict) as refused:
            attempt()
        assert refused.value.state == "closed"
    assert node.awaited() == set()


def test_a_case_is_not_closed_over_what_others_work_on(node: Node) -> None:
    _, case = node.has_case()
    referral = node.sends(case)

    with pytest.raises(Conflict, match="referrals_open"):
        close_case(node.database, case.id, "returned", WORKER)

    node.hears(*moved_on(referral.id, HERE, THERE, Move.CANCEL))
    assert close_case(node.database, case.id, "returned", WORKER).closure_reason == "returned"


@pytest.mark.parametrize("reason", ["", "finished", "a\0"])
def test_a_case_is_closed_for_a_known_reason(node: Node, reason: str) -> None:
    _, case = node.has_case()

    with pytest.raises(Invalid):
        close_case(node.database, case.id, reason, WORKER)

    assert case_page(node.database, case.id, WORKER).case.status == "open"
