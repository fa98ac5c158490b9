"""Queries on how staff want to be told, and on what a node told them that does so itself."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import Table, delete, exists, func, select

from services.intake.storage.notice_tables import notices, wishes
from shared.database import Transaction
from shared.notices.tables import NoticeTables
from shared.rows import add


def tells_itself(tx: Transaction, kept: NoticeTables = notices) -> bool:
    """Whether the node writes to its own people, or tells them in the way of these tables."""
    return bool(tx.execute(select(exists().select_from(kept.lists))).scalar_one())


def wishes_of_all(tx: Transaction, kept: Table = wishes) -> dict[str, dict[str, str]]:
    """What each has said, by user name: kind → way."""
    said: dict[str, dict[str, str]] = defaultdict(dict)
    for row in tx.execute(select(kept).order_by(kept.c.username, kept.c.kind)):
        said[row.username][row.kind] = row.way
    return said


def set_wishes(tx: Transaction, username: str, ways: Mapping[str, str], kept: Table = wishes) -> None:
    """In the place of what they said before."""
    tx.execute(delete(kept).where(kept.c.username == username))
    add(tx, kept, [{"username": username, "kind": kind, "way": way} for kind, way in ways.items()])


def told(tx: Transaction, contact_id: UUID, kept: NoticeTables = notices) -> dict[str, int]:
    """How many notices were for that person, by what became of each."""
    c = kept.tellings.c
    query = select(c.state, func.count()).where(c.contact_id == contact_id).group_by(c.state)
    return dict(tx.execute(query.order_by(c.state)).all())


def last_mail(tx: Transaction, contact_id: UUID, kept: NoticeTables = notices) -> datetime | None:
    """When the last mail, or push, to them went out."""
    c = kept.mails.c
    found: datetime | None = tx.execute(
        select(c.sent_at).where(c.contact_id == contact_id, c.sent_at.is_not(None)).order_by(c.sent_at.desc())
    ).scalar()
    return found
