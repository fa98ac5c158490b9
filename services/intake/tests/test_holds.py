"""A legal hold keeps a record from being erased; to put it takes two people, and to lift it too."""

import pytest

from services.intake.domain import Actor, HoldStep, Role
from services.intake.storage.tables import legal_holds
from services.intake.tests.node import ADMIN, FOCAL_POINT, HERE, STRANGER, THERE, WORKER, Node, moved_on
from services.intake.tests.test_erasing import LIVED, MONTHS, a_closed_case
from services.intake.usecases.erasing import erase_case, erase_what_is_due, what_would_go
from services.intake.usecases.holds import (
    ask_for_hold,
    ask_to_lift,
    confirm_hold,
    confirm_lift,
    legal_hold,
)
from services.intake.usecases.refusals import Conflict, Invalid, NotFound

SECOND = Actor("alena", Role.FOCAL_POINT, HERE)


def test_a_hold_takes_two_people_and_keeps_everything(node: Node) -> None:
    _person, case, _sent = a_closed_case(node)
    ask_for_hold(node.database, case.id, "A court has asked.", WORKER)
    with pytest.raises(Conflict, match="another_person_needed"):
        confirm_hold(node.database, case.id, WORKER)

    held = confirm_hold(node.database, case.id, SECOND)

    node.pass_time(days=1000)
    assert (held.asked_by, held.confirmed_by, held.reason) == ("olena", "alena", "A court has asked.")
    assert legal_hold(node.database, case.id, WORKER) == (held, HoldStep.HELD)
    with pytest.raises(Conflict, match="legal_hold"):
        erase_case(node.database, case.reference)
    assert erase_what_is_due(node.database, MONTHS) == 0


def test_lifting_takes_two_people_and_holds_until_then(node: Node) -> None:
    _person, case, _sent = a_closed_case(node)
    ask_for_hold(node.database, case.id, "A court has asked.", WORKER)
    confirm_hold(node.database, case.id, SECOND)
    node.pass_time(days=91)
    ask_to_lift(node.database, case.id, "The court has closed the matter.", SECOND)

    assert erase_what_is_due(node.database, MONTHS) == 0
    with pytest.raises(Conflict, match="another_person_needed"):
        confirm_lift(node.database, case.id, SECOND)
    assert confirm_lift(node.database, case.id, FOCAL_POINT).step(node.at) is HoldStep.LIFTED

    assert erase_what_is_due(node.database, MONTHS) == 1
    [row] = node.rows(legal_holds)
    assert (row["asked_by"], row["lifted_by"], row["sealed"]) == ("olena", "ihar", None)


def test_a_hold_that_one_person_asked_for_holds_for_a_week(node: Node) -> None:
    _person, case, _sent = a_closed_case(node)
    ask_for_hold(node.database, case.id, "A court may ask.", WORKER)

    node.pass_time(days=7, seconds=-1)
    with pytest.raises(Conflict, match="legal_hold"):
        what_would_go(node.database, case.reference)
    node.pass_time(seconds=1)

    assert legal_hold(node.database, case.id, WORKER)[1] is HoldStep.LAPSED
    with pytest.raises(Conflict, match="hold_lapsed"):
        confirm_hold(node.database, case.id, SECOND)
    ask_for_hold(node.database, case.id, "It asks now.", SECOND)
    assert confirm_hold(node.database, case.id, WORKER).asked_by == "alena"


def test_a_hold_on_what_came_keeps_it(node: Node) -> None:
    referral_id = node.received()
    node.hears(*moved_on(referral_id, THERE, HERE, *LIVED))
    ask_for_hold(node.database, referral_id, "A court has asked.", WORKER)
    confirm_hold(node.database, referral_id, SECOND)
    node.pass_time(days=91)

    assert erase_what_is_due(node.database, MONTHS) == 0
    assert node.page(referral_id).content is not None


def test_steps_out_of_turn_are_refused(node: Node) -> None:
    _person, case, sent = a_closed_case(node)
    for step in (confirm_hold, confirm_lift):
        with pytest.raises(Conflict, match="no_hold"):
            step(node.database, case.id, WORKER)
    with pytest.raises(Invalid, match="needed"):
        ask_for_hold(node.database, case.id, " ", WORKER)
    ask_for_hold(node.database, case.id, "A court has asked.", WORKER)
    with pytest.raises(Conflict, match="hold_asked"):
        ask_for_hold(node.database, case.id, "Another one.", SECOND)
    with pytest.raises(Conflict, match="hold_asked"):
        ask_to_lift(node.database, case.id, "Not yet.", SECOND)
    for record, who in ((case.id, STRANGER), (case.id, ADMIN), (sent, WORKER)):
        with pytest.raises(NotFound):
            legal_hold(node.database, record, who)


def test_what_is_erased_cannot_be_held_any_more(node: Node) -> None:
    _person, case, _sent = a_closed_case(node)
    came = node.received()
    node.hears(*moved_on(came, THERE, HERE, *LIVED))
    node.pass_time(days=91)
    assert erase_what_is_due(node.database, MONTHS) == 2

    for record in (case.id, came):
        with pytest.raises(NotFound):
            ask_for_hold(node.database, record, "Too late.", WORKER)


def test_the_reasons_of_a_hold_are_not_readable_in_its_row(node: Node) -> None:
    _person, case, _sent = a_closed_case(node)
    ask_for_hold(node.database, case.id, "canary-reason", WORKER)

    assert "canary" not in str(node.rows(legal_holds))
