"""Who held a record, and that it was erased, is kept; of what was erased no more than its ids."""

from typing import Any

from services.intake.domain import About, Action, Via
from services.intake.tests.node import FOCAL_POINT, HERE, THERE, WORKER, Node, moved_on
from services.intake.tests.test_audit import about, kept, new_ones
from services.intake.tests.test_erasing import MONTHS, a_closed_case
from services.intake.usecases.erasing import erase_case, erase_what_is_due
from services.intake.usecases.holds import ask_for_hold, ask_to_lift, confirm_hold, confirm_lift
from shared.schemas.life import Move


def erased(node: Node, do: Any) -> set[About]:
    new = [entry for entry in new_ones(node, do) if entry.action is Action.CONTENT_ERASED]
    assert {entry.username for entry in new} == {""}
    return {about(entry) for entry in new}


def test_each_step_of_a_hold_is_kept(node: Node) -> None:
    person, case, _sent = a_closed_case(node)

    def hold_and_lift() -> None:
        ask_for_hold(node.database, case.id, "A court has asked.", WORKER)
        confirm_hold(node.database, case.id, FOCAL_POINT)
        ask_to_lift(node.database, case.id, "It has closed the matter.", WORKER)
        confirm_lift(node.database, case.id, FOCAL_POINT)

    assert [(e.username, e.action, about(e)) for e in new_ones(node, hold_and_lift)] == [
        ("olena", Action.HOLD_ASKED, About(person.id, case.id)),
        ("ihar", Action.HOLD_CONFIRMED, About(person.id, case.id)),
        ("olena", Action.LIFT_ASKED, About(person.id, case.id)),
        ("ihar", Action.LIFT_CONFIRMED, About(person.id, case.id)),
    ]


def test_what_a_command_erases_is_kept_by_its_ids(node: Node) -> None:
    person, case, sent = a_closed_case(node)

    gone = erased(node, lambda: erase_case(node.database, case.reference))

    assert gone == {About(case_id=case.id), About(person.id), About(referral_id=sent)}
    assert kept(node)[-1].via is Via.COMMAND


def test_what_was_kept_as_long_as_it_may_be_is_erased_by_the_node(node: Node) -> None:
    person, case, sent = a_closed_case(node)
    came = node.received()
    node.hears(*moved_on(came, THERE, HERE, Move.DELIVER, Move.CANCEL)[2:])
    node.pass_time(days=1000)

    gone = erased(node, lambda: erase_what_is_due(node.database, MONTHS))

    assert gone == {
        About(case_id=case.id),
        About(person.id),
        About(referral_id=sent),
        About(referral_id=came),
    }
    assert kept(node)[-1].via is Via.NODE
