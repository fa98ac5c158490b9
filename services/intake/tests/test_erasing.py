"""What is erased is gone for good, what counts are made of stays, and a legal hold of two people keeps everything."""

from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from services.intake.domain import Actor, Role
from services.intake.storage.tables import cases, idempotency_keys, moves, people, referrals
from services.intake.tests.node import (
    HERE,
    THERE,
    WORKER,
    Node,
    moved_on,
)
from services.intake.usecases.cases import case_page, open_case
from services.intake.usecases.closing import close_case
from services.intake.usecases.counting import contribute_counts, count
from services.intake.usecases.erasing import Erasure, erase_case, erase_what_is_due, what_would_go
from services.intake.usecases.idempotency import Answer, answer_once
from services.intake.usecases.moves import MoveOrder, make_move
from services.intake.usecases.people import find_people, person_page
from services.intake.usecases.refusals import Conflict, NotFound
from shared.schemas.life import Move

SECOND = Actor("alena", Role.CASE_WORKER, HERE)
MONTHS = timedelta(days=90)
COUNTED = {"purposes": ["referral", "statistics"]}
LIVED = (Move.DELIVER, Move.ACCEPT, Move.START, Move.COMPLETE)


def a_closed_case(node: Node, **fields: Any) -> tuple[Any, Any, UUID]:
    """A person, counted; their case, closed; a referral of it, completed, with something said."""
    person, case = node.has_case(**{"gender": "Woman", "age_band": "24--26", "citizenship": "UKR"} | fields)
    node.has_consent(person, **COUNTED)
    sent = node.sends(case)
    node.hears(*moved_on(sent.id, HERE, THERE, Move.DELIVER, Move.ASK_FOR_INFORMATION))
    make_move(node.database, sent.id, MoveOrder(Move.ANSWER, note="She speaks Ukrainian."), WORKER)
    make_move(node.database, sent.id, MoveOrder(Move.CANCEL, reason="other"), WORKER)
    close_case(node.database, case.id, "plan_completed", WORKER)
    return person, case, sent.id


def counted(node: Node) -> list[Any]:
    with node.database.reading() as tx:
        return [cell.dump() for cell in count(tx, "2026-Q1")]


def is_erased(node: Node, case: Any) -> bool:
    return case_page(node.database, case.id, WORKER).case.erased_at is not None


def test_everything_personal_goes_and_dates_and_codes_stay(node: Node) -> None:
    person, case, sent = a_closed_case(node, alias="Bluebird")
    before, history = counted(node), node.page(sent).history

    assert what_would_go(node.database, case.reference) == Erasure(person=True, referrals=1, said=1)
    assert erase_case(node.database, case.reference.lower()) == Erasure(person=True, referrals=1, said=1)

    file, page = person_page(node.database, person.id, WORKER), node.page(sent)
    assert (file.person.missing, file.person.name, file.person.languages) == ("erased", "", ())
    assert (page.content, page.referral.missing, page.referral.reference) == (None, "erased", None)
    assert [line.note for line in page.history] == [None] * len(history)
    assert [(line.move, line.made_at) for line in page.history] == [
        (line.move, line.made_at) for line in history
    ]
    assert file.cases[0].closed_at == file.cases[0].erased_at == node.at
    assert counted(node) == before
    [row] = node.rows(people)
    assert [row[name] for name in ("data_key", "sealed", "alias_index", "phone_index")] == [None] * 4
    [row] = node.rows(referrals)
    assert [row[name] for name in ("data_key", "sealed", "reference_index")] == [None] * 3
    assert {row["sealed"] for row in node.rows(moves)} == {None}


def test_who_is_erased_is_found_by_the_reference_alone(node: Node) -> None:
    person, case, _sent = a_closed_case(node, alias="Bluebird")
    erase_case(node.database, case.reference)

    assert [found.id for found in find_people(node.database, case.reference, WORKER)] == [person.id]
    assert find_people(node.database, "bluebird", WORKER) == []
    assert find_people(node.database, "+000 00 000", WORKER) == []


def test_while_another_case_is_left_the_person_stays(node: Node) -> None:
    person, case, sent = a_closed_case(node)
    other = open_case(node.database, person.id, WORKER)

    assert erase_case(node.database, case.reference) == Erasure(person=False, referrals=1, said=1)

    assert person_page(node.database, person.id, WORKER).person == person
    assert node.page(sent).content is None
    close_case(node.database, other.id, "plan_completed", WORKER)
    assert erase_case(node.database, other.reference).person
    assert person_page(node.database, person.id, WORKER).person.missing == "erased"


def test_what_others_have_is_not_touched(node: Node) -> None:
    _person, case, _sent = a_closed_case(node)
    other, _case, sent = a_closed_case(node, alias="Heron")

    erase_case(node.database, case.reference)

    assert person_page(node.database, other.id, WORKER).person == other
    assert node.page(sent).content is not None


def test_an_open_case_an_erased_one_and_none_are_refused(node: Node) -> None:
    _person, case = node.has_case()
    _other, closed, _sent = a_closed_case(node)
    erase_case(node.database, closed.reference)

    for do in (what_would_go, erase_case):
        with pytest.raises(Conflict, match="open"):
            do(node.database, case.reference)
        with pytest.raises(Conflict, match="erased"):
            do(node.database, closed.reference)
        with pytest.raises(NotFound):
            do(node.database, "K7QM-2XRD")
    assert not is_erased(node, case)


def _given(answer: Answer, _database: object) -> Answer:
    return answer


def test_remembered_answers_about_it_are_forgotten(node: Node) -> None:
    person, case, _sent = a_closed_case(node)
    for key, about in (("a", person.id), ("b", case.id), ("c", "somebody else")):
        answer = Answer(201, {"id": str(about)})
        answer_once(node.database, "olena", key, "0" * 64, partial(_given, answer))

    erase_case(node.database, case.reference)

    assert [row["key"] for row in node.rows(idempotency_keys)] == ["c"]


def test_what_is_said_after_the_erasure_is_not_kept(node: Node) -> None:
    referral_id = node.received()
    make_move(node.database, referral_id, MoveOrder(Move.ACCEPT), WORKER)
    with node.database.transaction() as tx:
        tx.execute(referrals.update().values(data_key=None, sealed=None))

    make_move(node.database, referral_id, MoveOrder(Move.START, note="Sample"), WORKER)

    assert node.page(referral_id).history[-1].note is None


def test_of_somebody_erased_no_new_case_is_opened(node: Node) -> None:
    person, case, _sent = a_closed_case(node)
    erase_case(node.database, case.reference)

    with pytest.raises(Conflict, match="erased"):
        open_case(node.database, person.id, WORKER)


def test_a_case_is_erased_when_its_time_has_come(node: Node) -> None:
    _person, case, _sent = a_closed_case(node)
    _other, still_open = node.has_case()
    node.pass_time(days=90)
    assert erase_what_is_due(node.database, MONTHS) == 0

    node.pass_time(seconds=1)

    assert erase_what_is_due(node.database, MONTHS) == 1
    assert is_erased(node, case)
    assert not is_erased(node, still_open)
    assert erase_what_is_due(node.database, MONTHS) == 0


def test_what_came_is_erased_when_the_referral_has_been_over_as_long(node: Node) -> None:
    over, waiting = node.received(), node.received()
    node.hears(*moved_on(over, THERE, HERE, *LIVED))
    node.pass_time(days=91)

    assert erase_what_is_due(node.database, MONTHS) == 1

    assert (node.page(over).content, node.page(over).referral.missing) == (None, "erased")
    assert node.page(waiting).content is not None


def test_the_time_of_what_came_begins_when_the_referral_is_over(node: Node) -> None:
    referral_id = node.received()
    node.pass_time(days=91)
    make_move(node.database, referral_id, MoveOrder(Move.REJECT, reason="no_capacity"), WORKER)

    assert erase_what_is_due(node.database, MONTHS) == 0
    node.pass_time(days=91)
    assert erase_what_is_due(node.database, MONTHS) == 1


def test_many_are_erased_a_few_at_a_time(node: Node, monkeypatch: Any) -> None:
    monkeypatch.setattr("services.intake.usecases.erasing.AT_ONCE", 2)
    for _ in range(5):
        a_closed_case(node)
    node.pass_time(days=91)

    assert erase_what_is_due(node.database, MONTHS) == 5


def test_the_counts_of_an_open_quarter_are_not_told_anew(node: Node) -> None:
    _person, case, _sent = a_closed_case(node)
    contribute_counts(node.database, "2026-Q1")

    erase_case(node.database, case.reference)

    assert not contribute_counts(node.database, "2026-Q1")


def test_the_minimal_record_of_a_case_is_what_it_was(node: Node) -> None:
    _person, case, _sent = a_closed_case(node)
    [before] = node.rows(cases)
    erase_case(node.database, case.reference)
    [after] = node.rows(cases)

    assert dict(after) == dict(before) | {"erased_at": node.at}
