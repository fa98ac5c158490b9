"""Who sees what: one's own, what nobody works on yet, everything, or nothing; and the glass that can be broken."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from services.intake.domain import Actor, Case, Person, Role
from services.intake.storage.staff_tables import openings, referral_workers
from services.intake.tests.node import (
    ADMIN,
    CHEAP,
    FOCAL_POINT,
    HERE,
    START,
    STRANGER,
    THERE,
    WORKER,
    Node,
    moved_on,
    order,
)
from services.intake.usecases import need_to_know as use
from services.intake.usecases.cases import add_need, case_page, close_case, open_case, settle_need
from services.intake.usecases.consent import record_consent, withdraw_consent
from services.intake.usecases.moves import MoveOrder, make_move
from services.intake.usecases.people import find_people, person_page, register_person
from services.intake.usecases.referrals import (
    inbox,
    list_referrals,
    referral_page,
    send_referral,
    waiting_count,
)
from services.intake.usecases.refusals import Conflict, Invalid, NotFound, NotPermitted
from services.intake.usecases.staff import NewStaff, add_staff
from shared.clock import new_id
from shared.schemas.life import Move

COLLEAGUE = Actor("daria", Role.CASE_WORKER, HERE)
AUDITOR = Actor("vera", Role.AUDITOR, HERE)
BLIND = (COLLEAGUE, ADMIN, AUDITOR, STRANGER)
WHY = "She is at the door and must be hidden tonight."


@pytest.fixture
def staffed(node: Node) -> Node:
    """A node where everybody exists who is named here."""
    for actor in (WORKER, COLLEAGUE, FOCAL_POINT, ADMIN, AUDITOR):
        new = NewStaff(actor.username, "seven quiet lanterns", actor.role, actor.username.title())
        add_staff(node.database, new, org=HERE, hasher=CHEAP)
    return node


def deeds(
    node: Node, person_id: UUID, case_id: UUID, need_id: UUID, sent_id: UUID
) -> list[Callable[[Actor], Any]]:
    """Everything that can be asked or done about somebody by an id."""
    database, case = node.database, Case(case_id, person_id, "", "open", START)
    given = {"given_by": "individual", "purposes": ["statistics"]}
    return [
        lambda by: person_page(database, person_id, by),
        lambda by: record_consent(database, person_id, given, by),
        lambda by: withdraw_consent(database, person_id, by),
        lambda by: open_case(database, person_id, by),
        lambda by: case_page(database, case_id, by),
        lambda by: add_need(database, case_id, "food", "low", by),
        lambda by: settle_need(database, need_id, "met", by),
        lambda by: close_case(database, case_id, "returned", by),
        lambda by: send_referral(database, order(case, need_id=need_id), by),
        lambda by: referral_page(database, sent_id, by),
        lambda by: make_move(database, sent_id, MoveOrder(Move.CANCEL), by),
        lambda by: use.file_team(database, person_id, by),
        lambda by: use.set_file_team(database, person_id, ["daria"], by),
        lambda by: use.set_referral_team(database, sent_id, ["daria"], by),
    ]


def answer(do: Callable[[Actor], Any], by: Actor) -> tuple[type[Exception], str]:
    with pytest.raises((NotFound, Invalid, Conflict, NotPermitted)) as refusal:
        do(by)
    return type(refusal.value), str(refusal.value)


@pytest.mark.parametrize("by", BLIND, ids=lambda actor: f"{actor.role} of {actor.org}")
def test_what_is_not_theirs_answers_exactly_as_what_is_not_there(staffed: Node, by: Actor) -> None:
    person, case = staffed.has_case()
    need = add_need(staffed.database, case.id, "food", "high", WORKER)
    sent = staffed.sends(case)
    everything = [staffed.rows(table) for table in (referral_workers.metadata.sorted_tables)]
    real = deeds(staffed, person.id, case.id, need.id, sent.id)
    absent = deeds(staffed, new_id(), new_id(), new_id(), new_id())

    for do, in_vain in zip(real, absent, strict=True):
        assert answer(do, by) == answer(in_vain, by) == (NotFound, str(answer(do, by)[1]))

    assert [staffed.rows(table) for table in (referral_workers.metadata.sorted_tables)] == everything


def test_a_search_discloses_nothing_of_a_colleague_s_people(staffed: Node) -> None:
    _, case = staffed.has_case(given_name="Tamarisk")

    for asked in ("Tamarisk", "", case.reference):
        assert [p.given_name for p in find_people(staffed.database, asked, WORKER)] == ["Tamarisk"]
        assert [p.given_name for p in find_people(staffed.database, asked, FOCAL_POINT)] == ["Tamarisk"]
        for by in BLIND:
            assert find_people(staffed.database, asked, by) == []


def test_lists_and_counts_hold_what_is_one_s_own(staffed: Node) -> None:
    sent = staffed.sends()
    staffed.hears(*moved_on(sent.id, HERE, THERE, Move.DELIVER, Move.ASK_FOR_INFORMATION))

    for by, seen in ((WORKER, 1), (FOCAL_POINT, 1), *((by, 0) for by in BLIND)):
        assert len(list_referrals(staffed.database, by)[0]) == seen
        assert len(inbox(staffed.database, by).waiting_for_my_answer) == seen
        assert waiting_count(staffed.database, by) == seen


def test_a_focal_point_sees_all_of_the_organisation_and_nothing_of_others(staffed: Node) -> None:
    person, case = staffed.has_case()
    elsewhere = register_person(staffed.database, {"alias": "Elsewhere"}, STRANGER)

    assert case_page(staffed.database, case.id, FOCAL_POINT).person.id == person.id
    with pytest.raises(NotFound):
        person_page(staffed.database, elsewhere.id, FOCAL_POINT)


def test_a_referral_that_came_in_is_every_case_worker_s_until_one_deals_with_it(staffed: Node) -> None:
    came = staffed.received()
    assert [r.id for r in inbox(staffed.database, COLLEAGUE).waiting_for_my_answer] == [came]
    assert referral_page(staffed.database, came, WORKER).content

    make_move(staffed.database, came, MoveOrder(Move.ACKNOWLEDGE), WORKER)

    assert referral_page(staffed.database, came, WORKER).history
    assert referral_page(staffed.database, came, FOCAL_POINT).history
    for by in BLIND:
        with pytest.raises(NotFound, match="referral_not_found"):
            referral_page(staffed.database, came, by)


def test_what_a_focal_point_answers_still_waits_for_somebody_to_work_on_it(staffed: Node) -> None:
    came = staffed.received()

    make_move(staffed.database, came, MoveOrder(Move.ACKNOWLEDGE), FOCAL_POINT)

    assert staffed.rows(referral_workers) == []
    assert referral_page(staffed.database, came, COLLEAGUE).history


def test_a_focal_point_says_who_works_on_a_file(staffed: Node) -> None:
    person, case = staffed.has_case()
    team = use.file_team(staffed.database, person.id, FOCAL_POINT)
    assert [m.username for m in team.members] == ["olena"]
    assert [m.username for m in team.others] == ["daria", "ihar"]

    use.set_file_team(staffed.database, person.id, ["daria"], FOCAL_POINT)

    assert case_page(staffed.database, case.id, COLLEAGUE)
    with pytest.raises(NotFound):
        case_page(staffed.database, case.id, WORKER)
    with pytest.raises(NotPermitted):
        use.set_file_team(staffed.database, person.id, ["olena"], COLLEAGUE)


def test_a_focal_point_says_who_works_on_a_referral_that_came_in(staffed: Node) -> None:
    came = staffed.received()

    use.set_referral_team(staffed.database, came, ["daria"], FOCAL_POINT)

    assert [m.username for m in use.referral_team(staffed.database, came, COLLEAGUE).members] == ["daria"]
    with pytest.raises(NotFound):
        referral_page(staffed.database, came, WORKER)
    use.set_referral_team(staffed.database, came, [], FOCAL_POINT)
    assert referral_page(staffed.database, came, WORKER)


@pytest.mark.parametrize("username", ["root", "vera", "nobody", "../../etc/passwd"])
def test_nobody_is_given_a_case_who_sees_none(staffed: Node, username: str) -> None:
    person = staffed.registers()

    with pytest.raises(Invalid) as refusal:
        use.set_file_team(staffed.database, person.id, [username], FOCAL_POINT)

    assert refusal.value.errors == {"members": "unknown_code"}


def in_emergency(node: Node, reference: str, by: Actor = COLLEAGUE) -> Any:
    return use.open_in_emergency(node.database, reference, WHY, by)


def test_a_colleague_s_case_opens_for_sixty_minutes_with_a_reason(staffed: Node) -> None:
    person, case = staffed.has_case()

    opening = in_emergency(staffed, f" {case.reference.lower()} ")

    assert opening.person_id == person.id
    assert case_page(staffed.database, case.id, COLLEAGUE).person == person
    assert use.open_until(staffed.database, person.id, COLLEAGUE) == opening.until
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
    assert answer(lambda by: send_referral(staffed.database, order(case), by), COLLEAGUE) == (
        NotFound,
        "case_not_found",
    )


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
    assert (kept["reviewed_by"], kept["reason"]) == ("ihar", WHY)
    with pytest.raises(NotFound):
        use.review_opening(staffed.database, seen.id, FOCAL_POINT)


def test_a_referral_that_a_colleague_works_on_opens_by_its_reference(staffed: Node) -> None:
    came = staffed.received(case_reference="K7QM-2XRD")
    make_move(staffed.database, came, MoveOrder(Move.ACCEPT), WORKER)

    assert in_emergency(staffed, "K7QM-2XRD").referral_id == came

    assert referral_page(staffed.database, came, COLLEAGUE).content
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


def test_whoever_registers_works_on_it_whatever_their_role(staffed: Node) -> None:
    person: Person = register_person(staffed.database, {"alias": "Stork"}, FOCAL_POINT)

    assert [m.username for m in use.file_team(staffed.database, person.id, FOCAL_POINT).members] == ["ihar"]
    with pytest.raises(NotFound):
        person_page(staffed.database, person.id, WORKER)
