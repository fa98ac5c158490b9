"""Tokens of the API: made by command, shown once and kept as a hash. Every one has an end, and can be ended before."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Column, MetaData, String, Table, delete, insert, select

from shared.database import Moment, Transaction
from shared.sign_ins import sha256

YEAR = timedelta(days=365)  #: so long one lasts unless less is said
LONGEST = timedelta(days=400)  #: a year, and some weeks in which another takes its place
LONGEST_PURPOSE = 60  #: characters
OF_THE_HASH = 12  #: signs of it that name a token: they open nothing


def add_token_table(metadata: MetaData) -> Table:
    """Define it in the service's own metadata."""
    return Table(
        "api_tokens",
        metadata,
        Column("sha256", String(64), primary_key=True),
        Column("username", String(200), nullable=False),
        Column("purpose", String(LONGEST_PURPOSE), nullable=False),
        Column("issued_at", Moment, nullable=False),
        Column("ends_at", Moment, nullable=False),
    )


class TokenEnded(Exception):
    """The token was good, and its time is over: throughline user token makes another."""


@dataclass(frozen=True)
class ApiToken:
    """A token that was made: whose, what for, and until when. ``id`` names it and is no key to anything."""

    id: str
    username: str
    purpose: str
    issued_at: datetime
    ends_at: datetime


def issue(
    tx: Transaction, table: Table, username: str, *, purpose: str, lasts: timedelta
) -> tuple[str, ApiToken]:
    """A new one, which is told this once, and what is kept of it."""
    token = secrets.token_urlsafe(32)
    kept: dict[str, Any] = {
        "username": username,
        "purpose": purpose,
        "issued_at": tx.at,
        "ends_at": tx.at + lasts,
    }
    tx.execute(insert(table).values(sha256=sha256(token), **kept))
    return token, ApiToken(sha256(token)[:OF_THE_HASH], **kept)


def list_tokens(tx: Transaction, table: Table) -> list[ApiToken]:
    """All of them, also those whose time is over; the next to end first."""
    c = table.c
    query = select(c.sha256, c.username, c.purpose, c.issued_at, c.ends_at).order_by(c.ends_at, c.sha256)
    return [ApiToken(hashed[:OF_THE_HASH], *facts) for hashed, *facts in tx.execute(query)]


def revoke(tx: Transaction, table: Table, token_id: str) -> ApiToken | None:
    """End the one of that id at once; returns what it was."""
    found = next((one for one in list_tokens(tx, table) if one.id == token_id), None)
    if found:
        tx.execute(delete(table).where(table.c.sha256.startswith(found.id)))
    return found


def owner(tx: Transaction, table: Table, token: str) -> str | None:
    """Whose token it is; None for an unknown one. Raises TokenEnded."""
    query = select(table.c.username, table.c.ends_at).where(table.c.sha256 == sha256(token))
    found = tx.execute(query).one_or_none()
    if found is None:
        return None
    if found.ends_at <= tx.at:
        raise TokenEnded
    return str(found.username)
