"""Tokens of the API: made by command, shown once and kept as a hash. Every one has an end, and can be ended before."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Boolean, Column, MetaData, String, Table, delete, insert, select

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
        Column("reads_only", Boolean),  # none was made so before there was this
    )


class TokenEnded(Exception):
    """The token was good, and its time is over: throughline user token makes another."""


@dataclass(frozen=True)
class ApiToken:
    """A token that was made: whose, what for, and until when. ``id`` names it and is no key to anything.

    One that ``reads_only`` changes nothing, whatever its owner may do.
    """

    id: str
    username: str
    purpose: str
    issued_at: datetime
    ends_at: datetime
    reads_only: bool


@dataclass(frozen=True)
class Holder:
    """On whose behalf a token asks, as its service knows them, and whether it only reads."""

    by: Any
    reads_only: bool = False


@dataclass(frozen=True)
class Terms:
    """What a token is made for, how long it lasts, and whether it only reads."""

    purpose: str = ""
    lasts: timedelta = YEAR
    reads_only: bool = False


def issue(tx: Transaction, table: Table, username: str, terms: Terms) -> tuple[str, ApiToken]:
    """A new one, which is told this once, and what is kept of it."""
    token = secrets.token_urlsafe(32)
    kept: dict[str, Any] = {
        "username": username,
        "purpose": terms.purpose,
        "issued_at": tx.at,
        "ends_at": tx.at + terms.lasts,
        "reads_only": terms.reads_only,
    }
    tx.execute(insert(table).values(sha256=sha256(token), **kept))
    return token, ApiToken(sha256(token)[:OF_THE_HASH], **kept)


def list_tokens(tx: Transaction, table: Table) -> list[ApiToken]:
    """All of them, also those whose time is over; the next to end first."""
    c = table.c
    query = select(c.sha256, c.username, c.purpose, c.issued_at, c.ends_at, c.reads_only)
    found = tx.execute(query.order_by(c.ends_at, c.sha256))
    return [ApiToken(row[0][:OF_THE_HASH], *row[1:5], reads_only=bool(row.reads_only)) for row in found]


def revoke(tx: Transaction, table: Table, token_id: str) -> ApiToken | None:
    """End the one of that id at once; returns what it was."""
    found = next((one for one in list_tokens(tx, table) if one.id == token_id), None)
    if found:
        tx.execute(delete(table).where(table.c.sha256.startswith(found.id)))
    return found


def owner(tx: Transaction, table: Table, token: str) -> Holder | None:
    """Whose token it is, by user name; None for an unknown one. Raises TokenEnded."""
    query = select(table.c.username, table.c.ends_at, table.c.reads_only)
    query = query.where(table.c.sha256 == sha256(token))
    found = tx.execute(query).one_or_none()
    if found is None:
        return None
    if found.ends_at <= tx.at:
        raise TokenEnded
    return Holder(str(found.username), bool(found.reads_only))
