"""Messages that could not be handled: kept whole, and tried again after a while, or when a person says so."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Table, bindparam, delete, func, select, update

from shared.database import Transaction
from shared.messaging.message import Incoming
from shared.rows import add_new, change

SAID_OTHERWISE = "said_otherwise"  #: under an id that was heard before, and said something else
FORGED = frozenset(
    {"sender_forged", "message_id", "signature", "not_a_reader", "not_signed", SAID_OTHERWISE}
)  #: never tried again: what is false stays false


@dataclass(frozen=True)
class Failed:
    """A message that could not be handled, a reason code, and after how long it is tried again; None: by a person."""

    incoming: Incoming
    reason: str
    again_after: timedelta | None


@dataclass(frozen=True)
class Parked:
    """A message that is kept, and why. ``due_at``: when it is tried again; None while it waits for a person."""

    id: UUID
    queue: str
    reason: str
    routing_key: str
    body: bytes
    parked_at: datetime
    message_id: UUID | None = None
    attempts: int = 1
    due_at: datetime | None = None

    @property
    def message(self) -> Incoming:
        """As it came, and how often it was tried."""
        return Incoming(self.message_id, self.routing_key, self.body, self.attempts, tag=self.id)


class NotReplayable(Exception):
    """The message does not wait for a person, or claimed to be from somebody it was not from."""


def keep(tx: Transaction, table: Table, queue: str, failed: Sequence[Failed]) -> None:
    """Keep each message once, however often it comes; what was tried from here waits from now on as it says."""
    rows = {row["id"]: row for row in (_row(tx, queue, one) for one in failed)}
    new = {row.id for row in add_new(tx, table, list(rows.values()))}
    tried = {place_of(queue, one.incoming) for one in failed if one.incoming.attempt} - new
    changing = ("id", "reason", "parked_at", "attempts", "due_at")
    change(tx, table, [{name: rows[id_][name] for name in changing} for id_ in sorted(tried)])


def _row(tx: Transaction, queue: str, failed: Failed) -> dict[str, Any]:
    incoming = failed.incoming
    return {
        "id": place_of(queue, incoming),
        "message_id": incoming.id,
        "queue": queue,
        "reason": failed.reason,
        "routing_key": _key(incoming),
        "body": incoming.body,
        "parked_at": tx.at,
        "attempts": incoming.attempt + 1,
        "due_at": tx.at + failed.again_after if failed.again_after else None,
    }


def place_of(queue: str, incoming: Incoming) -> UUID:
    """Where it is kept, made of the contents: an id that the sender chose could stand in another message's way."""
    event = incoming.id.bytes if incoming.id else b""
    contents = b"\0".join((queue.encode(), _key(incoming).encode(), event, incoming.body))
    return UUID(bytes=sha256(contents).digest()[:16])


def _key(incoming: Incoming) -> str:
    return incoming.routing_key[:200]


def due(tx: Transaction, table: Table, queue: str, limit: int) -> list[Parked]:
    """Those whose time has come to be tried again, the oldest first."""
    return _read(tx, _due(table), {"of": queue, "at": tx.at, "limit": limit})


@cache
def _due(table: Table) -> Select[Any]:
    """Asked for ever, so put together once."""
    c = table.c
    now_due = select(table).where(c.queue == bindparam("of"), c.due_at <= bindparam("at"))
    return now_due.order_by(c.due_at, c.id).limit(bindparam("limit"))


def charge(tx: Transaction, table: Table, one: Parked, again_after: timedelta | None) -> None:
    """Count an attempt before it is made, which may end the process: if it does, the message waits as it says here."""
    due_at = tx.at + again_after if again_after else None
    tx.execute(update(table).where(table.c.id == one.id).values(attempts=one.attempts + 1, due_at=due_at))


def let_go(tx: Transaction, table: Table, ids: Iterable[UUID]) -> None:
    """They were handled after all."""
    tx.execute(delete(table).where(table.c.id.in_(list(ids))))


def list_parked(tx: Transaction, table: Table) -> list[Parked]:
    """All that wait for a person, oldest first."""
    return _read(tx, _for_a_person(table).order_by(table.c.parked_at, table.c.id))


def count_parked(tx: Transaction, table: Table) -> int:
    """How many wait for a person."""
    return int(tx.execute(select(func.count()).select_from(_for_a_person(table).subquery())).scalar_one())


def find_parked(tx: Transaction, table: Table, id: UUID) -> Parked | None:  # noqa: A002
    """One that is kept, whatever it waits for."""
    return next(iter(_read(tx, select(table).where(table.c.id == id))), None)


def _for_a_person(table: Table) -> Select[Any]:
    return select(table).where(table.c.due_at.is_(None))


def _read(tx: Transaction, query: Select[Any], given: Mapping[str, Any] | None = None) -> list[Parked]:
    return [Parked(**row) for row in tx.execute(query, given).mappings()]


def replay(tx: Transaction, table: Table, id: UUID) -> None:  # noqa: A002
    """Let the message be tried again now; it waits for a person again if it is refused again."""
    one = find_parked(tx, table, id)
    if one is None or one.due_at is not None or one.reason in FORGED:
        raise NotReplayable(str(id))
    tx.execute(update(table).where(table.c.id == id).values(due_at=tx.at, attempts=1))
