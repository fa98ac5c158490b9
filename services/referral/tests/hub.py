"""A hub for tests: the referral service's use cases on a real database, and what it said, to whom."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from services.referral import storage
from services.referral.usecases.directory import publish_register
from services.referral.usecases.hear import hear
from services.referral.usecases.overdue import flag_overdue
from shared.clock import new_id
from shared.database import Database
from shared.messaging.delivery import Batch
from shared.messaging.message import HUB, Incoming, Message, encode, open_message
from shared.messaging.outbox import Outbox
from shared.messaging.scribe import PACK_RECEIVED
from shared.schemas.intake import MoveMade, ReferralDelivered, ReferralSent
from shared.schemas.life import Move, State
from shared.sealing import Letter, OwnKeys, SigningKey, write_letter
from shared.sealing.founding import found
from shared.sealing.network_file import NetworkFile
from shared.testing.outboxes import events_in, letters_beside

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SIGNING = SigningKey.generate()
KEYS = {party: OwnKeys.generate() for party in ("harbour-house", "legal-aid", "clinic", HUB)}
ROOT = SigningKey.generate()
NETWORK = found("tests", [ROOT], 1, {party: (party, keys.public) for party, keys in KEYS.items()}, START)


@dataclass(frozen=True)
class Said:
    """An event of the hub, and the exchange and key it went out with."""

    to: str
    event: Any
    awaits: str | None
    beside: dict[str, Letter]


class Hub:
    """Time stands still until it is told to pass."""

    def __init__(self, url: str, network: NetworkFile = NETWORK) -> None:
        self.at = START
        outbox = Outbox(storage.metadata.tables["outbox"], sender="hub")
        self.database = Database(url, clock=lambda: self.at, outbox=outbox)
        storage.metadata.create_all(self.database.engine)
        publish_register(self.database, network.roots, network.register)
        self.said_first = self.said()

    def pass_time(self, **time: float) -> None:
        self.at += timedelta(**time)

    def hears(self, *messages: Message, repeated: Sequence[Message] = ()) -> list[Said]:
        """Raises what the first message that was left out was left out for."""
        batch = Batch(messages, repeated)
        with self.database.transaction() as tx:
            hear(tx, batch)
        for error in batch.left_out.values():
            raise error
        return self.said()

    def looks_at_the_clock(self) -> list[Said]:
        flag_overdue(self.database)
        return self.said()

    def said(self) -> list[Said]:
        """What came out since the last call; what awaits a node's receipt stays in the outbox."""
        table = storage.metadata.tables["outbox"]
        with self.database.transaction() as tx:
            rows = tx.execute(select(table).order_by(table.c.message_id)).all()
            tx.outbox.confirmed(tx, [row.message_id for row in rows])
            tx.outbox.receipted(
                tx, [row.awaits for row in rows if row.awaits and PACK_RECEIVED in row.awaits]
            )
        return [
            _said(row.routing_key, event, row.awaits, letters_beside(row.body))
            for row in rows
            for event in events_in(row.body)
        ]

    def awaited(self) -> list[str]:
        table = storage.metadata.tables["outbox"]
        with self.database.reading() as tx:
            return list(tx.execute(select(table.c.awaits).where(table.c.awaits.is_not(None))).scalars())

    def state(self, referral_id: UUID) -> State:
        with self.database.transaction() as tx:
            return storage.lock_referrals(tx, [referral_id])[referral_id].state


def _said(key: str, body: bytes, awaits: str | None, beside: dict[str, Letter]) -> Said:
    event = open_message(Incoming(None, key, body)).event
    return Said(key.rsplit(".referral.", 1)[0], event, awaits, beside)


def in_letter(message: Message, private: bytes = b"") -> Message:
    """The same, proven by a letter of its sender."""
    said = encode(message.event, id=message.id, sender=message.sender, subject="", at=START)
    readers, signing = (HUB, "legal-aid"), SIGNING
    letter = write_letter([said], sender=message.sender, readers=readers, signing=signing, private=private)
    return replace(message, letter=letter)


def sent(
    referral_id: UUID, *, by: str = "harbour-house", to: str = "legal-aid", urgency: str = "normal"
) -> Message:
    event = ReferralSent(
        referral_id=referral_id,
        to_org=to,
        service_type="legal_assistance",
        urgency=urgency,
        sent_at=START,
        sealed_person="sealed",
    )
    return Message(new_id(), by, event)


def delivered(referral_id: UUID, *, by: str = "legal-aid") -> Message:
    return Message(new_id(), by, ReferralDelivered(referral_id=referral_id, delivered_at=START))


def made(
    referral_id: UUID,
    move: Move,
    *,
    by: str = "legal-aid",
    after: UUID | None = None,
    based_on: int = 2,
    reason: str | None = "other",
) -> Message:
    event = MoveMade(
        referral_id=referral_id,
        move_id=new_id(),
        move=move,
        based_on=based_on,
        after=after,
        made_at=START,
        reason=reason,
    )
    return Message(new_id(), by, event)
