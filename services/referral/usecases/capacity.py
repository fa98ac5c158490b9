"""Pass on a question that names nobody to those who could help, and their answers to the one who asked."""

from datetime import timedelta

from services.referral.capacity_storage import (
    Question,
    add_question,
    find_question,
    forget_questions,
    who_offers,
)
from services.referral.domain import Standards
from shared.database import Database, Transaction
from shared.messaging.errors import Refused
from shared.messaging.message import HUB, Message
from shared.messaging.topology import to_node
from shared.schemas.codes import MOST_ASKED
from shared.schemas.intake import CapacityAnswered, CapacityAsked
from shared.schemas.questions import (
    CapacityAnswerPassed,
    CapacityQuestionNoted,
    CapacityQuestionPassed,
)
from shared.sealing import Letter

KEPT_AFTER = timedelta(days=7)  #: its end, for answers that come late


def take_question(tx: Transaction, message: Message, event: CapacityAsked, standards: Standards) -> None:
    """Ask those whom the letter names, as far as they offer it, and say to the asker who they are.

    An answer is due when an acknowledgement of that urgency is. Raises Refused.
    """
    letter = _letter(message)
    if find_question(tx, event.question_id) is not None:
        return answer_again(tx, message, event)
    question = _question(tx, message.sender, letter, event, standards)
    add_question(tx, question)
    for org in question.asked:
        passed = CapacityQuestionPassed(
            question_id=question.id,
            from_org=question.from_org,
            letter=letter.hash,
            answer_by=question.answer_by,
        )
        tx.outbox.publish(tx, passed, to=to_node(org), subject=_subject(question), encloses=[letter])
    return _say_taken(tx, question)


def answer_again(tx: Transaction, message: Message, event: CapacityAsked) -> None:
    """A repeated question gets the same answer, and asks nobody anew. Raises Refused for another's."""
    question = find_question(tx, event.question_id)
    if question is not None and question.from_org != message.sender:
        raise Refused("question_of_another")
    if question is not None:
        _say_taken(tx, question)


def _question(
    tx: Transaction, sender: str, letter: Letter, event: CapacityAsked, standards: Standards
) -> Question:
    named = [reader for reader in letter.said.readers if reader not in (HUB, sender)]
    if len(named) > MOST_ASKED:
        raise Refused("too_many_asked")
    able = who_offers(tx, named, event.service_type)
    answer_by, _ = standards.deadlines(event.urgency, tx.at)
    return Question(event.question_id, sender, [org for org in named if org in able], answer_by)


def _say_taken(tx: Transaction, question: Question) -> None:
    taken = CapacityQuestionNoted(question_id=question.id, asked=question.asked, answer_by=question.answer_by)
    tx.outbox.publish(tx, taken, to=to_node(question.from_org), subject=_subject(question))


def pass_answer_on(tx: Transaction, message: Message, event: CapacityAnswered) -> None:
    """Take an answer to the one who asked, unread by anybody else. Raises Refused."""
    letter, question = _letter(message), find_question(tx, event.question_id)
    if question is None or message.sender not in question.asked or event.to_org != question.from_org:
        raise Refused("question_unknown")
    passed = CapacityAnswerPassed(question_id=question.id, org=message.sender, letter=letter.hash)
    to = to_node(question.from_org)
    tx.outbox.publish(tx, passed, to=to, subject=_subject(question), encloses=[letter])


def forget_old_questions(database: Database) -> int:
    """Of a question that has been over for a week nothing is kept; returns how many went."""
    with database.transaction() as tx:
        return forget_questions(tx, before=tx.at - KEPT_AFTER)


def _subject(question: Question) -> str:
    return f"question/{question.id}"


def _letter(message: Message) -> Letter:
    """That says nothing else, so that whoever reads it reads no more than this."""
    if message.letter is None or len(message.letter.said.events) != 1:
        raise Refused("letter_missing")
    return message.letter
