"""Who sees what: one's own, what nobody works on yet, everything, or nothing; and the glass that can be broken."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import ColumnElement, select

from services.intake.domain import Actor, Case, Person
from services.intake.storage.need_to_know import visible
from services.intake.storage.staff_tables import referral_workers
from services.intake.storage.tables import referrals
from services.intake.tests.node import (
    ADMIN,
    AUDITOR,
    COLLEAGUE,
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
from services.intake.usecases.cases import add_need, case_page, open_case, settle_need
from services.intake.usecases.closing import close_case
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
from shared.clock import new_id
from shared.database import Transaction
from shared.schemas.life import Move

BLIND = (COLLEAGUE, ADMIN, AUDITOR, STRANGER)


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


def test_whoever_registers_works_on_it_whatever_their_role(staffed: Node) -> None:
    person: Person = register_person(staffed.database, {"alias": "Stork"}, FOCAL_POINT)

    assert [m.username for m in use.file_team(staffed.database, person.id, FOCAL_POINT).members] == ["ihar"]
    with pytest.raises(NotFound):
        person_page(staffed.database, person.id, WORKER)


def test_referrals_are_seen_by_who_works_on_the_person_or_on_them_and_by_all_while_nobody_does(
    staffed: Node,
) -> None:
    database = staffed.database
    staffed.sends()
    taken = staffed.received()
    staffed.received()
    make_move(database, taken, MoveOrder(Move.ACKNOWLEDGE), COLLEAGUE)
    everybody = (WORKER, COLLEAGUE, FOCAL_POINT, ADMIN, AUDITOR, STRANGER)

    with database.reading() as tx:
        seen = [len(_ids(tx, visible(referrals, by, tx.at))) for by in everybody]

    assert seen == [2, 2, 3, 0, 0, 0]


def _ids(tx: Transaction, condition: ColumnElement[bool]) -> set[UUID]:
    return set(tx.execute(select(referrals.c.id).where(condition)).scalars())
