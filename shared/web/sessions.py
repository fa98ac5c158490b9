"""Sign-ins that are under way, kept by the service itself so that ending one really ends it."""

import hashlib
import secrets
from datetime import timedelta

from sqlalchemy import Column, MetaData, String, Table, delete, insert, or_, select, update

from shared.database import Database, Moment

IDLE = timedelta(minutes=15)  #: without a request, after which a session is over (security, section 4)
LONGEST = timedelta(hours=10)  #: from the sign-in, after which it is over in any case
FRESH = timedelta(minutes=1)  #: how exactly the last request is remembered: not every one costs a write


def add_session_table(metadata: MetaData) -> Table:
    """Define it in the service's own metadata. A stolen copy of it opens nothing: it holds hashes."""
    return Table(
        "sessions",
        metadata,
        Column("token_sha256", String(64), primary_key=True),
        Column("username", String(200), nullable=False, index=True),
        Column("begun_at", Moment, nullable=False),
        Column("seen_at", Moment, nullable=False),
    )


class Sessions:
    """The sessions of one service."""

    def __init__(self, database: Database, table: Table) -> None:
        self._database, self._table = database, table

    def begin(self, username: str) -> str:
        """A new session of that person; returns its token. Clears away those that are over."""
        token = secrets.token_urlsafe(32)
        c = self._table.c
        with self._database.transaction() as tx:
            over = or_(c.seen_at < tx.at - IDLE, c.begun_at < tx.at - LONGEST)
            tx.execute(delete(self._table).where(over))
            row = {"token_sha256": sha256(token), "username": username, "begun_at": tx.at, "seen_at": tx.at}
            tx.execute(insert(self._table).values(row))
        return token

    def username(self, token: str) -> str | None:
        """Whose session it is, or None when it is over or never was."""
        c = self._table.c
        with self._database.reading() as tx:
            row = tx.execute(select(self._table).where(c.token_sha256 == sha256(token))).one_or_none()
            if row is None or row.seen_at < tx.at - IDLE or row.begun_at < tx.at - LONGEST:
                return None
            is_fresh = row.seen_at > tx.at - FRESH
        if not is_fresh:
            self._seen(token)
        return str(row.username)

    def end(self, token: str) -> None:
        """The session is over."""
        with self._database.transaction() as tx:
            tx.execute(delete(self._table).where(self._table.c.token_sha256 == sha256(token)))

    def end_all(self, username: str) -> None:
        """Every session of that person is over."""
        with self._database.transaction() as tx:
            tx.execute(delete(self._table).where(self._table.c.username == username))

    def _seen(self, token: str) -> None:
        with self._database.transaction() as tx:
            mine = self._table.c.token_sha256 == sha256(token)
            tx.execute(update(self._table).where(mine).values(seen_at=tx.at))


def sha256(token: str) -> str:
    """What is kept of a token: enough to know it again. Tokens are random, so no salt is needed."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
