"""Ask several organisations at once who has room, before anybody is named; answer those who ask us."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from services.intake.domain import (
    NOTHING,
    About,
    Action,
    Actor,
    Enquiry,
    Offer,
    Partner,
    Question,
    Reply,
    Wanted,
)
from services.intake.storage import capacity as rows
from services.intake.storage import directory as directory_rows
from services.intake.usecases import audit
from services.intake.usecases.calling import call_everybody, call_members
from services.intake.usecases.checks import Rule, checked, code, language
from services.intake.usecases.proofs import enclosed, event_in
from services.intake.usecases.refusals import Conflict, Invalid, NotFound, NotPermitted
from shared.clock import new_id
from shared.database import Database, Transaction
from shared.messaging.errors import Refused
from shared.messaging.message import HUB, Message
from shared.messaging.topology import from_node
from shared.schemas.codes import (
    CAPACITY_ANSWERS,
    GENDERS,
    MOST_ASKED,
    PUBLISHED_AGE_BANDS,
    SERVICE_TYPES,
    URGENCIES,
)
from shared.schemas.intake import CapacityAnswered, CapacityAsked
from shared.schemas.questions import (
    CapacityAnswerPassed,
    CapacityQuestionNoted,
    CapacityQuestionPassed,
)

KEPT_AFTER = timedelta(days=7)  #: its end
NEEDS_SHOWN = 20


def ask_capacity(database: Database, given: dict[str, Any], by: Actor) -> Question:
    """Ask all who offer that to somebody like that, in one commit; nobody is named in it, and no case.

    ``given``: ``service_type``, ``urgency``, and if they matter ``age_band`` (a published one), ``gender``,
    ``language`` and ``area`` (one that stands in the directory: what is written freely could name somebody).
    Raises NotPermitted or Invalid, with nobody_offers_this where there is nobody to ask.
    """
    if not by.sees_cases:
        raise NotPermitted
    with database.transaction() as tx:
        offers = directory_rows.list_offers(tx, None)
        wanted = Wanted(**checked(given, _rules(offers), needed=("service_type", "urgency")))
        question = Question(new_id(), by.username, tx.at, wanted, replies=_to_ask(offers, wanted, by))
        rows.add_question(tx, question, by.org)
        _send(tx, question, by)
        audit.did(tx, by, Action.CAPACITY_ASKED)
    return question


def _rules(offers: Sequence[Offer]) -> dict[str, Rule]:
    return {
        "service_type": code(SERVICE_TYPES),
        "urgency": code(URGENCIES),
        "age_band": code(PUBLISHED_AGE_BANDS),
        "gender": code(GENDERS),
        "language": language,
        "area": code({area for offer in offers for area in offer.areas}),
    }


def _to_ask(offers: Sequence[Offer], wanted: Wanted, by: Actor) -> tuple[Reply, ...]:
    """Also those that are paused or full: their node says so at once, and knows better than the directory."""
    able = {offer.org for offer in offers if offer.reachable and offer.helps(wanted)} - {by.org}
    if not able:
        raise Invalid({"service_type": "nobody_offers_this"})
    return tuple(Reply(org) for org in sorted(able)[:MOST_ASKED])


def _send(tx: Transaction, question: Question, by: Actor) -> None:
    asked = CapacityAsked(question_id=question.id, asked_at=question.asked_at, **vars(question.wanted))
    tx.outbox.publish_letter(
        tx,
        asked,
        to=from_node(by.org),
        subject=f"question/{question.id}",
        readers=(HUB, *(reply.org for reply in question.replies)),
        awaits=f"question:{question.id}",
    )


@dataclass(frozen=True)
class Candidate:
    """A need for which a referral can be sent to somebody who answered."""

    case_id: UUID
    need_id: UUID
    reference: str


def question_page(database: Database, question_id: UUID, by: Actor) -> tuple[Question, list[Candidate]]:
    """A question of ours with its answers, and the open needs of that kind that whoever asks works on.

    What was asked is not tied to any of them. Raises NotFound.
    """
    if not by.sees_cases:
        raise NotFound("question_not_found")
    with database.reading() as tx:
        question = rows.find_question(tx, question_id, seen_by=by)
        if question is None:
            raise NotFound("question_not_found")
        found = rows.open_needs(tx, question.wanted.service_type, seen_by=by, limit=NEEDS_SHOWN)
    about = {About(need.person_id, need.case_id) for need in found}
    audit.saw(database, by, Action.QUESTION_READ, *(about or {NOTHING}))
    return question, [Candidate(need.case_id, need.need_id, need.reference) for need in found]


def list_questions(database: Database, by: Actor) -> tuple[list[Question], list[Enquiry]]:
    """What we asked, and what we are asked, newest first; nothing for roles that see no cases."""
    if not by.sees_cases:
        return [], []
    with database.reading() as tx:
        return rows.list_questions(tx, seen_by=by), rows.list_enquiries(tx, seen_by=by)


def count_open(database: Database, by: Actor) -> int:
    """How many questions of others wait for our answer."""
    if not by.sees_cases:
        return 0
    with database.reading() as tx:
        return rows.count_open(tx, seen_by=by)


def answer_capacity(database: Database, enquiry_id: UUID, answer: str, by: Actor) -> Enquiry:
    """Answer another's question; only the asker reads it.

    Raises NotFound, Invalid, or Conflict: ``answered`` when somebody has, ``ended`` when its time is over.
    """
    if not by.sees_cases:
        raise NotFound("question_not_found")
    given = checked({"answer": answer}, {"answer": code(CAPACITY_ANSWERS)}, needed=("answer",))
    with database.transaction() as tx:
        enquiry = rows.find_enquiry(tx, enquiry_id, seen_by=by)
        if enquiry is None:
            raise NotFound("question_not_found")
        if not enquiry.is_open(tx.at):
            raise Conflict("ended" if enquiry.answer is None else "answered")
        answered = replace(enquiry, answered_by=by.username, answered_at=tx.at, **given)
        rows.set_answer(tx, answered)
        _say_answer(tx, answered)
        audit.did(tx, by, Action.CAPACITY_ANSWERED)
    return answered


def _say_answer(tx: Transaction, enquiry: Enquiry) -> None:
    said = CapacityAnswered(
        question_id=enquiry.id,
        to_org=enquiry.from_org,
        answer=enquiry.answer or "",
        by_machine=enquiry.answered_by is None,
        answered_at=tx.at,
    )
    to, subject = from_node(tx.outbox.sender), f"question/{enquiry.id}"
    tx.outbox.publish_letter(tx, said, to=to, subject=subject, readers=(HUB, enquiry.from_org))


def hear_of_capacity(tx: Transaction, messages: Sequence[Message]) -> None:
    """Take in questions, and answers to ours; raises Refused for what is not proven."""
    for message in messages:
        event = message.event
        if isinstance(event, CapacityQuestionPassed):
            _take_enquiry(tx, message, event)
        elif isinstance(event, CapacityQuestionNoted):
            tx.outbox.receipted(tx, [f"question:{event.question_id}"])
            rows.note_asked(tx, event.question_id, event.asked, event.answer_by)
        elif isinstance(event, CapacityAnswerPassed):
            _take_answer(tx, message, event)


def _take_enquiry(tx: Transaction, message: Message, passed: CapacityQuestionPassed) -> None:
    """Keep it; where all that we offer of the kind is paused or full, that is the answer at once."""
    letter, org = enclosed(message, passed.letter), tx.outbox.sender
    asked: CapacityAsked = event_in(letter, CapacityAsked)
    if (letter.said.sender, asked.question_id) != (passed.from_org, passed.question_id):
        raise Refused("letter_differs")
    if org not in letter.said.readers:
        raise Refused("not_asked")
    wanted = Wanted(**{name: getattr(asked, name) for name in rows.WANTED})
    enquiry = Enquiry(asked.question_id, passed.from_org, asked.asked_at, passed.answer_by, wanted)
    by_machine = _by_machine(tx, wanted)
    if by_machine:
        enquiry = replace(enquiry, answer=by_machine, answered_at=tx.at)
    if not rows.add_enquiry(tx, enquiry, org):
        return
    if by_machine:
        _say_answer(tx, enquiry)
    else:
        call_everybody(tx, urgent=wanted.urgency == "emergency")


def _by_machine(tx: Transaction, wanted: Wanted) -> str | None:
    us = Partner(tx.outbox.sender, "", None)
    offers = [Offer.of(us, service.dump()) for service in directory_rows.list_own_services(tx)]
    able = [offer for offer in offers if offer.helps(wanted)]
    return "no_capacity" if able and all(offer.status != "open" for offer in able) else None


def _take_answer(tx: Transaction, message: Message, passed: CapacityAnswerPassed) -> None:
    letter = enclosed(message, passed.letter)
    said: CapacityAnswered = event_in(letter, CapacityAnswered)
    known = (letter.said.sender, said.question_id, said.to_org)
    if known != (passed.org, passed.question_id, tx.outbox.sender):
        raise Refused("letter_differs")
    asker = rows.asker_of(tx, said.question_id)
    if asker is None:
        return  # it was over a week ago
    reply = Reply(passed.org, said.answer, said.by_machine, said.answered_at)
    if rows.note_reply(tx, said.question_id, reply):
        call_members(tx, [asker], urgent=False)


def forget_old_questions(database: Database) -> int:
    """A week after its end nothing of a question is kept; returns how many went."""
    with database.transaction() as tx:
        return rows.forget(tx, before=tx.at - KEPT_AFTER)
