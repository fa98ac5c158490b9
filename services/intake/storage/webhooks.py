"""Queries on webhooks: where they go, what waits, and what became of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import case, delete, func, insert, select, update

from services.intake.storage.webhook_tables import deliveries, endpoints
from shared.at_rest import Unreadable, place
from shared.database import Transaction
from shared.rows import add


@dataclass(frozen=True)
class Endpoint:
    """Where webhooks go. ``url`` and ``secret`` are empty where they cannot be read any more."""

    id: UUID
    url: str
    secret: str
    may_be_private: bool
    enabled: bool
    made_at: datetime
    made_by: str


@dataclass(frozen=True)
class Delivery:
    """One webhook to one endpoint, of so many things. ``result`` is the code of its last attempt's end."""

    id: UUID
    endpoint_id: UUID
    kind: str
    count: int
    made_at: datetime
    attempts: int
    due_at: datetime | None
    sent_at: datetime | None
    result: str | None


def add_endpoint(tx: Transaction, endpoint: Endpoint) -> None:
    """Keep a new one."""
    hidden = orjson.dumps({"url": endpoint.url, "secret": endpoint.secret})
    sealed = tx.at_rest.seal(hidden, place("webhook_endpoints.sealed", endpoint.id))
    known = {name: value for name, value in vars(endpoint).items() if name not in ("url", "secret")}
    tx.execute(insert(endpoints).values(**known, sealed=sealed))


def list_endpoints(tx: Transaction) -> list[Endpoint]:
    """All of them, oldest first."""
    return [_endpoint(tx, row) for row in tx.execute(select(endpoints).order_by(endpoints.c.id)).mappings()]


def find_endpoint(tx: Transaction, endpoint_id: UUID) -> Endpoint | None:
    """That one."""
    row = tx.execute(select(endpoints).where(endpoints.c.id == endpoint_id)).mappings().one_or_none()
    return _endpoint(tx, row) if row else None


def _endpoint(tx: Transaction, row: Any) -> Endpoint:
    known = {name: row[name] for name in ("id", "may_be_private", "enabled", "made_at", "made_by")}
    try:
        cell = tx.at_rest.open(row["sealed"], place("webhook_endpoints.sealed", row["id"]))
    except Unreadable:
        return Endpoint(url="", secret="", **known)
    return Endpoint(**known | orjson.loads(cell))


def set_enabled(tx: Transaction, endpoint_id: UUID, *, enabled: bool) -> bool:
    """Send there from now on, or no longer; says whether there is such an endpoint."""
    its = endpoints.c.id == endpoint_id
    return bool(tx.execute(update(endpoints).where(its).values(enabled=enabled)).rowcount)


def remove_endpoint(tx: Transaction, endpoint_id: UUID) -> bool:
    """Forget it and its log; says whether it was there."""
    tx.execute(delete(deliveries).where(deliveries.c.endpoint_id == endpoint_id))
    return bool(tx.execute(delete(endpoints).where(endpoints.c.id == endpoint_id)).rowcount)


def enabled_endpoints(tx: Transaction) -> list[UUID]:
    """Where webhooks go at this moment."""
    return list(tx.execute(select(endpoints.c.id).where(endpoints.c.enabled)).scalars())


def add_deliveries(tx: Transaction, new: Sequence[Delivery]) -> None:
    """Let these be sent."""
    add(tx, deliveries, [vars(one) for one in new])


def endpoints_with_something_due(tx: Transaction) -> list[UUID]:
    """Where something is to be sent by now."""
    c = deliveries.c
    is_due = (c.due_at <= tx.at, endpoints.c.enabled)
    return list(tx.execute(select(c.endpoint_id).join(endpoints).where(*is_due).distinct()).scalars())


def lock_due(tx: Transaction, endpoint_id: UUID) -> Delivery | None:
    """The one that has been due there the longest; one of several processes gets it."""
    c = deliveries.c
    its = (c.endpoint_id == endpoint_id, c.due_at <= tx.at, endpoints.c.enabled)
    query = select(deliveries).join(endpoints).where(*its).order_by(c.due_at, c.id).limit(1)
    row = tx.execute(query.with_for_update(of=deliveries, skip_locked=True)).mappings().one_or_none()
    return Delivery(**row) if row else None


def set_delivery(tx: Transaction, delivery_id: UUID, **values: Any) -> bool:
    """What has become of it; says whether it is still there."""
    its = deliveries.c.id == delivery_id
    return bool(tx.execute(update(deliveries).where(its).values(**values)).rowcount)


def find_delivery(tx: Transaction, delivery_id: UUID) -> Delivery | None:
    """That one, locked."""
    query = select(deliveries).where(deliveries.c.id == delivery_id).with_for_update()
    row = tx.execute(query).mappings().one_or_none()
    return Delivery(**row) if row else None


def newest_deliveries(tx: Transaction, *, limit: int) -> list[Delivery]:
    """The log, newest first."""
    query = select(deliveries).order_by(deliveries.c.id.desc()).limit(limit)
    return [Delivery(**row) for row in tx.execute(query).mappings()]


def count_deliveries(tx: Transaction) -> dict[str, int]:
    """How many wait, were sent, or were given up (``failed``)."""
    c = deliveries.c
    state = case((c.sent_at.is_not(None), "sent"), (c.due_at.is_(None), "failed"), else_="waiting")
    query = select(state, func.count()).group_by(state)
    return {row[0]: row[1] for row in tx.execute(query)}


def forget_deliveries(tx: Transaction, before: datetime) -> int:
    """What was sent or given up and is older than that goes; says how many."""
    over = (deliveries.c.due_at.is_(None), deliveries.c.made_at < before)
    return int(tx.execute(delete(deliveries).where(*over)).rowcount)
