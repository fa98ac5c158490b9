"""The glass that a case worker may break: for an hour, with a reason, and in sight of the focal points."""

from typing import Any

import pytest

from services.intake.domain import EMERGENCY, Actor
from services.intake.storage.staff_tables import openings
from services.intake.tests.node import ADMIN, AUDITOR, COLLEAGUE, FOCAL_POINT, STRANGER, WORKER, Node, order
from services.intake.usecases import need_to_know as use
from services.intake.usecases.cases import add_need, case_page, open_case
from services.intake.usecases.moves import MoveOrder, make_move
from services.intake.usecases.people import person_page, register_person
from services.intake.usecases.referrals import referral_page, send_referral
from services.intake.usecases.refusals import Invalid, NotFound, NotPermitted
from shared.schemas.life import Move

BLIND = (COLLEAGUE, ADMIN, AUDITOR, STRANGER)
WHY = "She is at the door and must be hidden tonight."


def in_emergency(node: Node, reference: str, by: Actor = COLLEAGUE) -> Any:
    return use.open_in_emergency(node.database, reference, WHY, by)


def test_a_colleague_s_case_opens_for_sixty_minutes_with_a_reason(staffed: Node) -> None:
    person, case = staffed.has_case()

    opening = in_emergency(staffed, f" {case.reference.lower()} ")

    assert opening.person_id == person.id
    assert case_page(staffed.database, case.id, COLLEAGUE).person == person
    assert use.file_open_until(staffed.database, person.id, COLLEAGUE) == opening.until
    add_need(staffed.database, case.id, "food", "high", COLLEAGUE)
    staffed.sends(case)
    send_referral(staffed.database, order(case), COLLEAGUE)
    staffed.pass_time(minutes=59, seconds=59)
    assert case_page(staffed.database, case.id, COLLEAGUE)
    staffed.pass_time(seconds=1)
    for do in (
        lambda: case_page(staffed.database, case.id, COLLEAGUE),
        lambda: person_page(staffed.database, person.id, COLLEAGUE),
    ):
        with pytest.raises(NotFound):
            do()
    with pytest.raises(NotFound, match="case_not_found"):
        send_referral(staffed.database, order(case), COLLEAGUE)


def test_who_opened_what_and_why_is_kept_and_the_focal_points_see_it_at_once(staffed: Node) -> None:
    person, case = staffed.has_case()

    in_emergency(staffed, case.reference)

    [seen] = use.unreviewed_openings(staffed.database, FOCAL_POINT)
    assert (seen.username, seen.reference, seen.reason, seen.person_id) == (
        "daria",
        case.reference,
        WHY,
        person.id,
    )
    assert (seen.until - seen.opened_at).total_seconds() == 3600
    assert use.count_unreviewed(staffed.database, FOCAL_POINT) == 1
    for by in (WORKER, *BLIND):
        assert use.unreviewed_openings(staffed.database, by) == []
        assert use.count_unreviewed(staffed.database, by) == 0
        with pytest.raises(NotPermitted):
            use.review_opening(staffed.database, seen.id, by)

    use.review_opening(staffed.database, seen.id, FOCAL_POINT)

    assert use.unreviewed_openings(staffed.database, FOCAL_POINT) == []
    [kept] = staffed.rows(openings)
    assert (kept["reviewed_by"], WHY in str(kept)) == ("ihar", False)
    with pytest.raises(NotFound):
        use.review_opening(staffed.database, seen.id, FOCAL_POINT)


def test_a_referral_that_a_colleague_works_on_opens_by_its_reference(staffed: Node) -> None:
    came = staffed.received(case_reference="K7QM-2XRD")
    make_move(staffed.database, came, MoveOrder(Move.ACCEPT), WORKER)

    assert in_emergency(staffed, "K7QM-2XRD").referral_id == came

    assert referral_page(staffed.database, came, COLLEAGUE).content
    assert use.referral_open_until(staffed.database, came, COLLEAGUE) == staffed.at + EMERGENCY
    assert use.referral_open_until(staffed.database, came, WORKER) is None
    staffed.pass_time(minutes=60)
    with pytest.raises(NotFound):
        referral_page(staffed.database, came, COLLEAGUE)


def test_of_what_one_sees_anyway_nothing_is_opened(staffed: Node) -> None:
    person, case = staffed.has_case()

    assert in_emergency(staffed, case.reference, WORKER).person_id == person.id

    assert staffed.rows(openings) == []
    staffed.pass_time(minutes=61)
    assert case_page(staffed.database, case.id, WORKER)


@pytest.mark.parametrize("by", [FOCAL_POINT, ADMIN, AUDITOR], ids=lambda actor: str(actor.role))
def test_only_a_case_worker_breaks_the_glass(staffed: Node, by: Actor) -> None:
    _, case = staffed.has_case()

    with pytest.raises(NotPermitted):
        in_emergency(staffed, case.reference, by)

    assert staffed.rows(openings) == []


def test_without_a_reason_nothing_opens(staffed: Node) -> None:
    _, case = staffed.has_case()

    for reason in ("", "  ", "x" * 501):
        with pytest.raises(Invalid):
            use.open_in_emergency(staffed.database, case.reference, reason, COLLEAGUE)

    assert staffed.rows(openings) == []


def test_another_organisation_s_case_has_no_reference_here(staffed: Node) -> None:
    elsewhere = register_person(staffed.database, {"alias": "Elsewhere"}, STRANGER)
    case = open_case(staffed.database, elsewhere.id, STRANGER)

    with pytest.raises(NotFound, match="case_not_found"):
        in_emergency(staffed, case.reference)


def test_references_cannot_be_tried_one_after_the_other(staffed: Node) -> None:
    _, case = staffed.has_case()
    for _ in range(4):
        with pytest.raises(NotFound):
            in_emergency(staffed, "AAAA-AAAA")

    with pytest.raises(use.TooSoon) as early:
        in_emergency(staffed, case.reference)

    assert early.value.seconds == 2
    staffed.pass_time(seconds=2)
    assert in_emergency(staffed, case.reference)


def test_an_emergency_ends_when_the_focal_point_says_who_works_on_it(staffed: Node) -> None:
    person, case = staffed.has_case()
    in_emergency(staffed, case.reference)

    use.set_file_team(staffed.database, person.id, ["olena"], FOCAL_POINT)

    with pytest.raises(NotFound):
        case_page(staffed.database, case.id, COLLEAGUE)
