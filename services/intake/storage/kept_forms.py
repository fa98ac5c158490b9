"""The table of forms that somebody has written and not yet stored, and its queries. They lie sealed."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from uuid import UUID

import orjson
from sqlalchemy import Column, LargeBinary, String, Table, delete, or_, select

from services.intake.storage.tables import NAME, metadata
from shared.at_rest import Unreadable, place
from shared.database import Moment, Transaction
from shared.rows import put

KEPT_FOR = timedelta(days=1)
PATH_BYTES = 300
MOST = 20  #: of one person; the oldest give way

Fields = Mapping[str, list[str]]

kept_forms = Table(
    "kept_forms",
    metadata,
    Column("username", NAME, primary_key=True),
    Column("path", String(PATH_BYTES), primary_key=True),
    Column("kept_at", Moment, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)


def keep(tx: Transaction, username: str, path: str, fields: Fields) -> None:
    """Keep it, in the place of what was kept of this person's at this address."""
    sealed = tx.at_rest.seal(orjson.dumps(fields), _place(username, path))
    row = {"username": username, "path": path, "kept_at": tx.at, "sealed": sealed}
    put(tx, kept_forms, [row], ("kept_at", "sealed"))
    c = kept_forms.c
    mine = select(c.path).where(c.username == username).order_by(c.kept_at.desc())
    too_many = tx.execute(mine.offset(MOST)).scalars().all()
    tx.execute(delete(kept_forms).where(c.username == username, c.path.in_(too_many)))
    forget_old(tx)


def _place(username: str, path: str) -> bytes:
    return place("kept_forms.sealed", username, path)


def find(tx: Transaction, username: str, path: str) -> Fields | None:
    """What is kept of this person's at this address."""
    c = kept_forms.c
    query = select(c.sealed).where(c.username == username, c.path == path, c.kept_at >= tx.at - KEPT_FOR)
    sealed = tx.execute(query).scalar_one_or_none()
    if sealed is None:
        return None
    try:
        found: Fields = orjson.loads(tx.at_rest.open(sealed, _place(username, path)))
    except Unreadable:
        return None
    return found


def forget(tx: Transaction, username: str, path: str) -> None:
    """It was stored, or is not wanted."""
    c = kept_forms.c
    tx.execute(delete(kept_forms).where(c.username == username, c.path == path))


def list_of(tx: Transaction, username: str) -> list[tuple[str, datetime]]:
    """Where something of this person's is kept, and since when; the newest first."""
    c = kept_forms.c
    mine = select(c.path, c.kept_at).where(c.username == username, c.kept_at >= tx.at - KEPT_FOR)
    return [(row.path, row.kept_at) for row in tx.execute(mine.order_by(c.kept_at.desc()))]


def forget_old(tx: Transaction) -> None:
    """Nobody came back for it in time."""
    tx.execute(delete(kept_forms).where(kept_forms.c.kept_at < tx.at - KEPT_FOR))


def forget_about(tx: Transaction, ids: Collection[UUID]) -> None:
    """What anybody has written at the pages of these people, cases or referrals."""
    if ids:
        tx.execute(delete(kept_forms).where(or_(*(kept_forms.c.path.contains(str(id_)) for id_ in ids))))
