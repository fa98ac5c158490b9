"""Round trips that try whether word gets through: ours go and come back, those of others are answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from services.intake.domain.round_trip import RoundTrip
from services.intake.storage import round_trips as rows
from services.intake.storage.network_tables import taken
from services.intake.usecases.proofs import enclosed, event_in
from shared.clock import new_id
from shared.database import Database, Transaction
from shared.messaging.brake import may_pass
from shared.messaging.errors import Refused
from shared.messaging.message import HUB, Message
from shared.messaging.topology import from_node
from shared.schemas.intake import RoundTripAnswered, RoundTripAsked
from shared.schemas.questions import (
    ECHOED,
    RoundTripBack,
    RoundTripPassed,
    RoundTripSeen,
)


@dataclass(frozen=True)
class Underway:
    """A trip of ours, and the message that began it."""

    trip_id: UUID
    message_id: UUID


def start_trip(database: Database, to: str) -> Underway:
    """Send one to that organisation's node, or only to the hub: in the outbox in one commit, as everything."""
    trip = Underway(new_id(), new_id())
    with database.transaction() as tx:
        rows.add_trip(tx, trip.trip_id, to)
        tx.outbox.publish_letter(
            tx,
            RoundTripAsked(trip_id=trip.trip_id, to=to),
            to=from_node(tx.outbox.sender),
            subject=f"trip/{trip.trip_id}",
            readers=(HUB,) if to == HUB else (HUB, to),
            id_=trip.message_id,
        )
    return trip


def look_at_trip(database: Database, trip: Underway) -> tuple[RoundTrip, bool]:
    """How far it has come, and whether the broker has confirmed it."""
    with database.reading() as tx:
        found = rows.find_trip(tx, trip.trip_id)
        assert found is not None  # noqa: S101 - it is kept for a month
        return found, found.heard_of_hub_at is not None or not rows.is_waiting(tx, trip.message_id)


def give_up(database: Database, trip: Underway) -> None:
    """Nobody waits for it any more: what has not left stays here."""
    with database.transaction() as tx:
        rows.withdraw(tx, trip.message_id)


def hear_of_round_trips(tx: Transaction, messages: Sequence[Message]) -> None:
    """Answer those of others, and note what comes back of ours; raises Refused for what is not proven."""
    for message in messages:
        match message.event:
            case RoundTripPassed() as passed:
                _answer(tx, message, passed)
            case RoundTripSeen() as seen:
                _note_seen(tx, seen)
            case RoundTripBack() as back:
                _note_answer(tx, message, back)


def _answer(tx: Transaction, message: Message, passed: RoundTripPassed) -> None:
    letter, own = enclosed(message, passed.letter), tx.outbox.sender
    asked: RoundTripAsked = event_in(letter, RoundTripAsked)
    if (letter.said.sender, asked.to) != (passed.org, own):
        raise Refused("letter_differs")
    if may_pass(tx, taken, passed.org, to=own):
        answer = RoundTripAnswered(org=passed.org, trip_id=asked.trip_id, seen_at=tx.at)
        subject, readers = f"trip/{asked.trip_id}", (HUB, passed.org)
        tx.outbox.publish_letter(tx, answer, to=from_node(own), subject=subject, readers=readers)


def _note_seen(tx: Transaction, seen: RoundTripSeen) -> None:
    rows.set_seen(tx, seen.trip_id, outcome=seen.outcome, at=seen.seen_at)
    trip = rows.find_trip(tx, seen.trip_id)
    if trip is not None and trip.outcome == ECHOED == seen.outcome and trip.to_org == HUB:
        rows.set_answered(tx, seen.trip_id, answered_at=seen.seen_at)


def _note_answer(tx: Transaction, message: Message, back: RoundTripBack) -> None:
    letter, trip = enclosed(message, back.letter), rows.find_trip(tx, back.trip_id)
    said: RoundTripAnswered = event_in(letter, RoundTripAnswered)
    if (said.org, said.trip_id) != (tx.outbox.sender, back.trip_id):
        raise Refused("letter_differs")
    if trip is None:
        return  # of long ago
    if letter.said.sender != trip.to_org:
        raise Refused("letter_differs")
    rows.set_answered(tx, trip.id, seen_by_peer_at=said.seen_at, answered_at=back.answered_at)
