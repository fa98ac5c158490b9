"""A question that names nobody: what leaves with it, who answers, and what the asker is shown."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from services.intake import storage
from services.intake.domain import Question
from services.intake.storage.capacity_tables import enquiries, questions, replies
from services.intake.tests.letters import letter_of
from services.intake.tests.node import (
    ADMIN,
    COLLEAGUE,
    FOCAL_POINT,
    HERE,
    SAFE_HOUSE,
    THEIR_KEYS,
    THERE,
    WORKER,
    Node,
)
from services.intake.usecases.capacity import (
    answer_capacity,
    ask_capacity,
    count_open,
    forget_old_questions,
    list_questions,
    question_page,
)
from services.intake.usecases.cases import add_need
from services.intake.usecases.directory import offer_services
from services.intake.usecases.refusals import Conflict, Invalid, NotFound, NotPermitted
from shared.clock import new_id
from shared.messaging.errors import Refused
from shared.messaging.message import HUB, encode
from shared.schemas.intake import CapacityAnswered, CapacityAsked, PeopleCalled, Service
from shared.schemas.questions import (
    CapacityAnswerPassed,
    CapacityQuestionNoted,
    CapacityQuestionPassed,
)
from shared.sealing import Letter, write_letter

WANTED: dict[str, Any] = {
    "service_type": "safe_accommodation",
    "urgency": "urgent",
    "age_band": "18--20",
    "gender": "Woman",
    "language": "rus",
    "area": "Hrodna",
}


def asks(node: Node, **changes: Any) -> Question:
    return ask_capacity(node.database, WANTED | changes, WORKER)


def noted(node: Node, question: Question, *orgs: str) -> datetime:
    answer_by = node.at + timedelta(hours=8)
    node.hears(CapacityQuestionNoted(question_id=question.id, asked=list(orgs), answer_by=answer_by))
    return answer_by


def answered(
    node: Node, question_id: UUID, answer: str = "capacity", *, by: str = THERE, to: str = HERE
) -> None:
    said = CapacityAnswered(
        question_id=question_id, to_org=to, answer=answer, by_machine=False, answered_at=node.at
    )
    letter = letter_of(said, sender=by)
    passed = CapacityAnswerPassed(question_id=question_id, org=THERE, letter=letter.hash)
    node.hears_letters((passed, letter))


def enquiry(node: Node, *, readers: tuple[str, ...] = (HUB, HERE), **changes: Any) -> UUID:
    question_id = changes.pop("question_id", None) or new_id()
    asked = CapacityAsked(question_id=question_id, asked_at=node.at, **WANTED | changes)
    wire = encode(asked, id=new_id(), sender=THERE, subject="", at=node.at)
    signing = THEIR_KEYS.signing[0]
    letter = write_letter([wire], sender=THERE, readers=readers, signing=signing, private=b"")
    passed_on(node, question_id, letter)
    return question_id


def passed_on(node: Node, question_id: UUID, letter: Letter) -> None:
    passed = CapacityQuestionPassed(
        question_id=question_id, from_org=THERE, letter=letter.hash, answer_by=node.at + timedelta(hours=8)
    )
    node.hears_letters((passed, letter))


def stands(node: Node, question: Question) -> list[str]:
    shown, _ = question_page(node.database, question.id, WORKER)
    return [shown.stands(reply, node.at) for reply in shown.replies]


def test_the_question_goes_to_those_who_could_help_and_is_said_until_the_hub_has_it(node: Node) -> None:
    question = asks(node)

    [said] = node.said(CapacityAsked)
    assert said.letter.said.readers == (HUB, THERE)
    assert node.awaited() == {f"question:{question.id}"}

    noted(node, question, THERE)
    assert node.awaited() == set()


def test_no_person_and_no_case_is_in_it(node: Node) -> None:
    """Not even when the asker has one on the table."""
    person, case = node.has_case(given_name="Stork", alias="Heron")
    need = add_need(node.database, case.id, "safe_accommodation", "high", WORKER)
    before = {said.id for said in node.said()}

    asks(node)

    [said] = [said for said in node.said() if said.id not in before]
    assert set(said.event.dump()) == {"question_id", "asked_at", *WANTED}
    with node.database.reading() as tx:
        rows = tx.execute(select(storage.outbox)).mappings().all()
    [body] = [bytes(row["body"]) for row in rows if row["message_id"] == said.id]
    marks = ("Stork", "Heron", case.reference, str(case.id), str(person.id), str(need.id), WORKER.username)
    assert [mark for mark in marks if mark.encode() in body] == []


def test_nothing_freely_written_can_be_asked(node: Node) -> None:
    with pytest.raises(Invalid) as refused:
        asks(node, area="Maria from Brest")
    assert refused.value.errors == {"area": "unknown_code"}
    with pytest.raises(Invalid) as refused:
        asks(node, name="Maria")
    assert refused.value.errors == {"name": "unknown_field"}
    assert node.rows(questions) == []


@pytest.mark.parametrize("changes", [{"age_band": "9--17"}, {"language": "deu"}, {"service_type": "cash"}])
def test_whom_nobody_could_help_is_said(node: Node, changes: dict[str, str]) -> None:
    with pytest.raises(Invalid) as refused:
        asks(node, **changes)
    assert refused.value.errors == {"service_type": "nobody_offers_this"}


def test_answers_come_to_the_asker_and_what_does_not_come_is_no_answer(node: Node) -> None:
    question = asks(node)
    assert stands(node, question) == ["waiting"]
    answer_by = noted(node, question, THERE)

    node.at = answer_by
    assert stands(node, question) == ["no_answer"]
    answered(node, question.id, "waiting_list")
    assert stands(node, question) == ["waiting_list"]


def test_an_answer_counts_once(node: Node) -> None:
    question = asks(node)
    noted(node, question, THERE)

    for answer in ("capacity", "no_capacity"):
        answered(node, question.id, answer)

    assert stands(node, question) == ["capacity"]
    assert len(node.said(PeopleCalled)) == 1


@pytest.mark.parametrize("wrong", [{"by": HERE}, {"to": "clinic"}])
def test_an_answer_of_another_or_to_another_is_refused(node: Node, wrong: dict[str, str]) -> None:
    question = asks(node)

    with pytest.raises(Refused, match="letter_"):
        answered(node, question.id, **wrong)
    assert stands(node, question) == ["waiting"]


def test_only_the_asker_and_focal_points_see_the_answers(node: Node) -> None:
    question = asks(node)

    assert question_page(node.database, question.id, FOCAL_POINT)[0].id == question.id
    for other in (COLLEAGUE, ADMIN, replace(WORKER, org=THERE)):
        with pytest.raises(NotFound):
            question_page(node.database, question.id, other)
        assert list_questions(node.database, other)[0] == []
    with pytest.raises(NotPermitted):
        ask_capacity(node.database, WANTED, ADMIN)


def test_a_referral_can_follow_for_a_need_of_that_kind_that_one_works_on(node: Node) -> None:
    _, case = node.has_case()
    need = add_need(node.database, case.id, "safe_accommodation", "high", WORKER)
    add_need(node.database, case.id, "food", "high", WORKER)
    question = asks(node)

    _, found = question_page(node.database, question.id, WORKER)

    assert [(one.case_id, one.need_id, one.reference) for one in found] == [
        (case.id, need.id, case.reference)
    ]


def test_another_s_question_waits_for_us_and_our_answer_is_for_its_asker_only(node: Node) -> None:
    question_id = enquiry(node)
    assert count_open(node.database, COLLEAGUE) == 1
    assert [said.event.contact_ids for said in node.said(PeopleCalled)] == [[]]

    answer_capacity(node.database, question_id, "more_assessment_needed", COLLEAGUE)

    [said] = node.said(CapacityAnswered)
    assert said.letter.said.readers == (HUB, THERE)
    assert (said.event.to_org, said.event.answer, said.event.by_machine) == (
        THERE,
        "more_assessment_needed",
        False,
    )
    assert count_open(node.database, COLLEAGUE) == 0
    with pytest.raises(Conflict, match="answered"):
        answer_capacity(node.database, question_id, "capacity", WORKER)


def test_a_repeated_question_has_one_effect(node: Node) -> None:
    question_id = enquiry(node)
    enquiry(node, question_id=question_id)

    assert len(node.rows(enquiries)) == len(node.said(PeopleCalled)) == 1


@pytest.mark.parametrize(("status", "waits"), [("paused", 0), ("open", 1)])
def test_what_is_paused_answers_by_itself(node: Node, status: str, waits: int) -> None:
    offer_services(node.database, [_with(SAFE_HOUSE, status)], FOCAL_POINT)

    enquiry(node)

    assert count_open(node.database, WORKER) == waits
    said = [(one.event.answer, one.event.by_machine) for one in node.said(CapacityAnswered)]
    assert said == [("no_capacity", True)] * (1 - waits)


def _with(service: Service, status: str) -> Service:
    return replace(service, status=status)


def test_a_question_ends_by_itself(node: Node) -> None:
    question_id = enquiry(node)

    node.pass_time(hours=8)

    assert count_open(node.database, WORKER) == 0
    with pytest.raises(Conflict, match="ended"):
        answer_capacity(node.database, question_id, "capacity", WORKER)


def test_what_was_not_asked_of_us_is_refused(node: Node) -> None:
    with pytest.raises(Refused, match="not_asked"):
        enquiry(node, readers=(HUB, "clinic"))
    with pytest.raises(Refused, match="letter_differs"):
        passed_on(node, new_id(), letter_of(CapacityAsked(question_id=new_id(), asked_at=node.at, **WANTED)))


def test_after_a_week_nothing_of_it_is_kept(node: Node) -> None:
    noted(node, asks(node), THERE)
    enquiry(node)

    node.pass_time(days=7)
    assert forget_old_questions(node.database) == 0
    node.pass_time(hours=9)
    assert forget_old_questions(node.database) == 2
    assert [*node.rows(questions), *node.rows(replies), *node.rows(enquiries)] == []
