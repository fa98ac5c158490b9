"""Messages that will not succeed alone: kept whole, listed, and sent again when somebody says so."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Table, delete, insert, select

from shared.clock import new_id
from shared.database import Transaction
from shared.messaging.message import Incoming, Outgoing
from shared.messaging.topology import RETRY

FORGED = frozenset({"sender_forged", "message_id"})  #: never sent again: the claim would not be checked twice


@dataclass(frozen=True)
class Parked:
    """A message that waits for a person, and why."""

    id: UUID
    queue: str
    reason: str
    routing_key: str
    body: bytes
    parked_at: datetime


class NotReplayable(Exception):
    """The message is not there, or claimed to be from somebody it was not from."""


def keep(tx: Transaction, table: Table, queue: str, messages: Sequence[tuple[Incoming, str]]) -> None:
    """Keep each message with its reason code."""
    rows = [
        {
            "id": new_id(),
            "queue": queue,
            "reason": reason,
            "routing_key": incoming.routing_key[:200],
            "body": incoming.body,
            "parked_at": tx.at,
        }
        for incoming, reason in messages
    ]
    if rows:
        tx.execute(insert(table), rows)


def list_parked(tx: Transaction, table: Table) -> list[Parked]:
    """All of them, oldest first."""
    return [Parked(**row) for row in tx.execute(select(table).order_by(table.c.id)).mappings()]


def find_parked(tx: Transaction, table: Table, id: UUID) -> Parked | None:  # noqa: A002
    """One of them."""
    row = tx.execute(select(table).where(table.c.id == id)).mappings().one_or_none()
    return Parked(**row) if row else None


def replay(tx: Transaction, table: Table, id: UUID) -> None:  # noqa: A002
    """Send the message through the queue once more; it is parked again if it fails again."""
    row = tx.execute(select(table).where(table.c.id == id)).mappings().one_or_none()
    if row is None or row["reason"] in FORGED:
        raise NotReplayable(str(id))
    tx.outbox.send(tx, Outgoing(new_id(), RETRY, f"{row['queue']}.1", row["body"]))
    tx.execute(delete(table).where(table.c.id == id))
