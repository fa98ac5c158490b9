"""Sign-ins that are under way, kept by the service itself so that ending one really ends it."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Column, MetaData, String, Table, delete, insert, null, or_, select, update

from shared.database import Database, Moment, Transaction
from shared.sign_ins import sha256

IDLE = timedelta(minutes=15)  #: without a request, after which a session is over (security, section 4)
HALF_LASTS = timedelta(minutes=10)  #: between the password and the second factor
LONGEST = timedelta(hours=10)  #: from the sign-in, after which it is over in any case
REMEMBERED = timedelta(days=1)  #: so long it is known whose a session was that is over by itself
OF_THE_HASH = 16  #: characters by which a session is told from all others
FRESH = timedelta(minutes=1)  #: how exactly the last request is remembered: not every one costs a write


def add_session_table(metadata: MetaData, name: str = "sessions") -> Table:
    """Define it in the service's own metadata. A stolen copy of it opens nothing: it holds hashes.

    ``locked_at`` is when somebody locked their pages, and empty while they are open.
    """
    return Table(
        name,
        metadata,
        Column("token_sha256", String(64), primary_key=True),
        Column("username", String(200), nullable=False, index=True),
        Column("begun_at", Moment, nullable=False),
        Column("seen_at", Moment, nullable=False),
        Column("locked_at", Moment),
    )


@dataclass(frozen=True)
class Session:
    """A sign-in that is under way: its beginning, and a minute in which it was used. It is no key to it."""

    token_sha256: str
    begun_at: datetime
    seen_at: datetime

    @property
    def id(self) -> str:
        """By which its owner names it."""
        return self.token_sha256[:OF_THE_HASH]

    def is_of(self, token: str) -> bool:
        """Whether it is the one with that token."""
        return self.token_sha256 == sha256(token)


@dataclass(frozen=True)
class UnderWay:
    """Whose session it is, and whether its pages are locked."""

    username: str
    is_locked: bool


class Sessions:
    """The sessions of one service. Each lasts as long as it is used, but no longer than ``longest``."""

    def __init__(
        self,
        database: Database,
        table: Table,
        *,
        idle: timedelta = IDLE,
        longest: timedelta = LONGEST,
        ending_with: Sequence[Table] = (),
    ) -> None:
        self._database, self._table, self._ending_with = database, table, ending_with
        self._idle, self._longest = idle, longest

    def begin(self, username: str) -> str:
        """A new session of that person; returns its token. Clears away those that have long been over."""
        token = secrets.token_urlsafe(32)
        c = self._table.c
        with self._database.transaction() as tx:
            before = tx.at - REMEMBERED
            over = or_(c.seen_at < before - self._idle, c.begun_at < before - self._longest)
            tx.execute(delete(self._table).where(over))
            row = {"token_sha256": sha256(token), "username": username, "begun_at": tx.at, "seen_at": tx.at}
            tx.execute(insert(self._table).values(row))
        return token

    def username(self, token: str) -> str | None:
        """Whose session it is, or None when it is over or never was."""
        found = self.under_way(token)
        return found.username if found else None

    def under_way(self, token: str, *, is_used: bool = True) -> UnderWay | None:
        """The session, which has been used now, unless it only is looked at; None when it is over or never was."""
        with self._database.reading() as tx:
            row = self._find(tx, token)
            if row is None or self._is_over(row, tx.at):
                return None
            is_fresh = row.seen_at > tx.at - FRESH
        if is_used and not is_fresh:
            self._set(token, seen_at=tx.at)
        return UnderWay(row.username, row.locked_at is not None)

    def owner_of_one_over(self, token: str) -> str | None:
        """Whose session it was, if it is over by itself; None for one that was ended, and one long over."""
        with self._database.reading() as tx:
            row = self._find(tx, token)
            return row.username if row is not None and self._is_over(row, tx.at) else None

    def _find(self, tx: Transaction, token: str) -> Any:
        return tx.execute(
            select(self._table).where(self._table.c.token_sha256 == sha256(token))
        ).one_or_none()

    def lock(self, token: str) -> None:
        """Its pages are closed until ``unlock``."""
        self._set(token, locked_at=self._database.clock())

    def unlock(self, token: str) -> None:
        """They are open again."""
        self._set(token, locked_at=null())

    def of(self, username: str) -> list[Session]:
        """The person's sessions that are under way, the newest first."""
        c = self._table.c
        query = select(c.token_sha256, c.begun_at, c.seen_at).where(c.username == username)
        with self._database.reading() as tx:
            rows = tx.execute(query.order_by(c.begun_at.desc())).all()
            return [Session(*row) for row in rows if not self._is_over(row, tx.at)]

    def _is_over(self, row: Any, at: datetime) -> bool:
        return bool(row.seen_at < at - self._idle or row.begun_at < at - self._longest)

    def end(self, token: str) -> None:
        """The session is over."""
        with self._database.transaction() as tx:
            tx.execute(delete(self._table).where(self._table.c.token_sha256 == sha256(token)))

    def end_one(self, session: Session) -> None:
        """The same, for one of ``of``."""
        with self._database.transaction() as tx:
            tx.execute(delete(self._table).where(self._table.c.token_sha256 == session.token_sha256))

    def end_all(self, username: str) -> None:
        """Every session of that person is over, and their rows of the tables that end with them are gone."""
        with self._database.transaction() as tx:
            for table in (self._table, *self._ending_with):
                end_all(tx, table, username)

    def _set(self, token: str, **values: Any) -> None:
        with self._database.transaction() as tx:
            mine = self._table.c.token_sha256 == sha256(token)
            tx.execute(update(self._table).where(mine).values(values))


def end_all(tx: Transaction, table: Table, username: str) -> None:
    """Every session of that person is over when the transaction commits."""
    tx.execute(delete(table).where(table.c.username == username))
