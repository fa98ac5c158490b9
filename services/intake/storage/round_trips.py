"""Queries on round trips."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select, update

from services.intake.domain.round_trip import RoundTrip
from services.intake.storage.network_tables import round_trips
from services.intake.storage.tables import outbox
from shared.database import Transaction

KEPT_FOR = timedelta(days=30)


def add_trip(tx: Transaction, trip_id: UUID, to_org: str) -> None:
    """Begin one; those of long ago are forgotten."""
    tx.execute(delete(round_trips).where(round_trips.c.started_at < tx.at - KEPT_FOR))
    tx.execute(insert(round_trips).values(id=trip_id, to_org=to_org, started_at=tx.at))


def find_trip(tx: Transaction, trip_id: UUID) -> RoundTrip | None:
    """The trip of that id."""
    row = tx.execute(select(round_trips).where(round_trips.c.id == trip_id)).mappings().one_or_none()
    return RoundTrip(**row) if row else None


def set_seen(tx: Transaction, trip_id: UUID, *, outcome: str, at: datetime) -> None:
    """The hub has seen it at that moment; only its first word counts."""
    seen = {"outcome": outcome, "seen_by_hub_at": at, "heard_of_hub_at": tx.at}
    _set_once(tx, trip_id, "heard_of_hub_at", seen)


def set_answered(tx: Transaction, trip_id: UUID, **moments: datetime) -> None:
    """The answer is here; only the first counts."""
    _set_once(tx, trip_id, "read_at", moments | {"read_at": tx.at})


def _set_once(tx: Transaction, trip_id: UUID, unset: str, values: dict[str, Any]) -> None:
    c = round_trips.c
    tx.execute(update(round_trips).where(c.id == trip_id, c[unset].is_(None)).values(**values))


def is_waiting(tx: Transaction, message_id: UUID) -> bool:
    """Whether a message waits for the broker's confirm."""
    query = select(outbox.c.message_id).where(outbox.c.message_id == message_id)
    return tx.execute(query).one_or_none() is not None


def withdraw(tx: Transaction, message_id: UUID) -> None:
    """Do not send that message any more."""
    tx.execute(delete(outbox).where(outbox.c.message_id == message_id))
