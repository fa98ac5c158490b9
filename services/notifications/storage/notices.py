"""What waits to be told."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, cast, func, select, update

from services.notifications.domain import Kind, Notice, State
from services.notifications.storage.tables import notices
from shared.database import Transaction
from shared.rows import add

AT_ONCE = 10_000  #: notices that go into one mail; more wait for the next

_IN_NO_MAIL = (notices.c.state == State.WAITING) & notices.c.round_id.is_(None)


def add_notices(tx: Transaction, new: Sequence[tuple[UUID, Notice]]) -> None:
    """Keep what is to be told, due at once, in one statement."""
    row = {"state": State.WAITING, "created_at": tx.at, "due_at": tx.at}
    add(tx, notices, [{**vars(notice), **row, "id": id_} for id_, notice in new])


def due_organisations(tx: Transaction) -> dict[str, bool]:
    """The organisations with a notice that is due and in no mail yet, and whether any is urgent."""
    urgent = func.max(cast(notices.c.urgent, Integer))
    query = select(notices.c.org, urgent).where(_IN_NO_MAIL, notices.c.due_at <= tx.at)
    return {org: bool(is_urgent) for org, is_urgent in tx.execute(query.group_by(notices.c.org))}


def claim_waiting(tx: Transaction, org: str) -> list[tuple[UUID, Notice]]:
    """All that waits for the organisation, due or not, locked; another worker passes it by."""
    query = select(notices).where(_IN_NO_MAIL, notices.c.org == org).order_by(notices.c.id)
    rows = tx.execute(query.limit(AT_ONCE).with_for_update(skip_locked=True))
    return [(row.id, _notice(row)) for row in rows]


def _notice(row: Any) -> Notice:
    audience = None if row.audience is None else tuple(row.audience)
    return Notice(row.org, Kind(row.kind), row.urgent, audience)


def put_off(tx: Transaction, org: str, *, until: datetime) -> None:
    """What is due for the organisation waits until then."""
    due = _IN_NO_MAIL & (notices.c.org == org) & (notices.c.due_at <= tx.at)
    tx.execute(update(notices).where(due).values(due_at=until))


def hasten(tx: Transaction, orgs: Iterable[str]) -> None:
    """What waits for these organisations is due now."""
    waiting = _IN_NO_MAIL & notices.c.org.in_(list(orgs)) & (notices.c.due_at > tx.at)
    tx.execute(update(notices).where(waiting).values(due_at=tx.at))
