"""How much waits in an outbox, and since when: told once, for commands and watchers."""

from datetime import datetime
from typing import Any

from sqlalchemy import Table, func, or_, select

from shared.clock import made_at
from shared.database import Transaction


def count_outbox(tx: Transaction, outbox: Table) -> list[dict[str, Any]]:
    """Of each exchange, and whether a receipt is awaited: messages, most attempts, and when the next is due."""
    c = outbox.c
    awaited = c.awaits.is_not(None).label("awaits_receipt")
    query = select(
        c.exchange,
        awaited,
        func.count().label("messages"),
        func.max(c.attempts).label("attempts"),
        func.min(c.due_at).label("next_due"),
    ).group_by(c.exchange, awaited)
    return [dict(row) for row in tx.execute(query).mappings()]


def waits_since(tx: Transaction, outbox: Table) -> datetime | None:
    """When the oldest message was made that is to leave, or to be received; what can still be undone does not count."""
    c = outbox.c
    may_leave = or_(c.attempts > 0, c.due_at <= tx.at)
    query = select(c.message_id).where(may_leave).order_by(c.message_id).limit(1)
    oldest = tx.execute(query).scalar_one_or_none()
    return made_at(oldest) if oldest else None
