"""Messages that will not succeed alone: kept whole, listed, and sent again when somebody says so."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

import orjson
from sqlalchemy import Table, delete, select

from shared.database import Transaction
from shared.messaging.message import Incoming, Outgoing
from shared.messaging.topology import retry_exchange
from shared.rows import add_new

SAID_OTHERWISE = "said_otherwise"  #: under an id that was heard before, and said something else
FORGED = frozenset(
    {"sender_forged", "message_id", "signature", "not_a_reader", "not_signed", SAID_OTHERWISE}
)  #: never sent again: the claim would not be checked twice


@dataclass(frozen=True)
class Parked:
    """A message that waits for a person, and why."""

    id: UUID
    queue: str
    reason: str
    routing_key: str
    body: bytes
    parked_at: datetime
    message_id: UUID | None = None


class NotReplayable(Exception):
    """The message is not there, or claimed to be from somebody it was not from."""


def keep(tx: Transaction, table: Table, queue: str, messages: Sequence[tuple[Incoming, str]]) -> None:
    """Keep each message with its reason code; one that comes again is kept once, however often it comes."""
    rows = [
        {
            "id": _row_id(queue, incoming),
            "message_id": incoming.id,
            "queue": queue,
            "reason": reason,
            "routing_key": incoming.routing_key[:200],
            "body": incoming.body,
            "parked_at": tx.at,
        }
        for incoming, reason in messages
    ]
    once = {row["id"]: row for row in rows}
    add_new(tx, table, list(once.values()))


def _row_id(queue: str, incoming: Incoming) -> UUID:
    """Made of the contents: an id that the sender chose could stand in another message's way."""
    event = incoming.id.bytes if incoming.id else b""
    contents = b"\0".join((queue.encode(), incoming.routing_key.encode(), event, incoming.body))
    return UUID(bytes=sha256(contents).digest()[:16])


def list_parked(tx: Transaction, table: Table) -> list[Parked]:
    """All of them, oldest first."""
    return [
        Parked(**row) for row in tx.execute(select(table).order_by(table.c.parked_at, table.c.id)).mappings()
    ]


def find_parked(tx: Transaction, table: Table, id: UUID) -> Parked | None:  # noqa: A002
    """One of them."""
    row = tx.execute(select(table).where(table.c.id == id)).mappings().one_or_none()
    return Parked(**row) if row else None


def replay(tx: Transaction, table: Table, id: UUID) -> None:  # noqa: A002
    """Send the message through the queue once more; it is parked again if it fails again."""
    row = tx.execute(select(table).where(table.c.id == id)).mappings().one_or_none()
    if row is None or row["reason"] in FORGED:
        raise NotReplayable(str(id))
    queue, body = row["queue"], row["body"]
    known = row["message_id"] or _message_id(body) or id
    tx.outbox.send(tx, Outgoing(known, retry_exchange(queue), f"{queue}.1", body))
    tx.execute(delete(table).where(table.c.id == id))


def _message_id(body: bytes) -> UUID | None:
    """The id in the envelope: at the broker it must be the same, or the message would count as forged."""
    try:
        return UUID(str(orjson.loads(body)["id"]))
    except (ValueError, TypeError, KeyError):
        return None
