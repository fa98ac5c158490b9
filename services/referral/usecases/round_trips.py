"""Round trips that try whether word gets through: the hub says that it saw one, and passes it and its answer on."""

from services.referral.storage import known_organisations, taken
from shared.database import Transaction
from shared.messaging.brake import may_pass
from shared.messaging.errors import Refused
from shared.messaging.message import HUB, Message
from shared.messaging.topology import to_node
from shared.schemas.intake import RoundTripAnswered, RoundTripAsked
from shared.schemas.questions import (
    ECHOED,
    PASSED_ON,
    UNKNOWN,
    RoundTripBack,
    RoundTripPassed,
    RoundTripSeen,
)
from shared.sealing import Letter


def take_round_trip(tx: Transaction, message: Message) -> None:
    """Say that it was seen, and pass its letter on to the node that it is for. Too many have no effect."""
    asked: RoundTripAsked = message.event  # type: ignore[assignment]
    letter, subject = _letter(message), f"trip/{asked.trip_id}"
    if not may_pass(tx, taken, message.sender, to=HUB):
        return
    outcome = _outcome(tx, message.sender, asked)
    seen = RoundTripSeen(trip_id=asked.trip_id, outcome=outcome, seen_at=tx.at)
    tx.outbox.publish(tx, seen, to=to_node(message.sender), subject=subject)
    if outcome == PASSED_ON:
        passed = RoundTripPassed(org=message.sender, letter=letter.hash)
        tx.outbox.publish(tx, passed, to=to_node(asked.to), subject=subject, encloses=[letter])


def _outcome(tx: Transaction, sender: str, asked: RoundTripAsked) -> str:
    if asked.to == HUB:
        return ECHOED
    return PASSED_ON if asked.to != sender and known_organisations(tx, [asked.to]) else UNKNOWN


def pass_answer_on(tx: Transaction, message: Message) -> None:
    """Take a node's answer to the node that asked; raises Refused where nobody of that name is."""
    answer: RoundTripAnswered = message.event  # type: ignore[assignment]
    letter = _letter(message)
    if not known_organisations(tx, [answer.org]):
        raise Refused("organisation_unknown")
    if may_pass(tx, taken, message.sender, to=answer.org):
        back = RoundTripBack(trip_id=answer.trip_id, answered_at=tx.at, letter=letter.hash)
        to, subject = to_node(answer.org), f"trip/{answer.trip_id}"
        tx.outbox.publish(tx, back, to=to, subject=subject, encloses=[letter])


def _letter(message: Message) -> Letter:
    """That says nothing else, so that whoever reads it reads no more than this."""
    if message.letter is None or len(message.letter.said.events) != 1:
        raise Refused("letter_missing")
    return message.letter
