"""The tables of second factors in a service's own metadata, and the links of those who have lost theirs."""

import secrets
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import BigInteger, Boolean, Column, MetaData, String, Table, Text, delete, insert, select

from shared.database import Moment, Transaction
from shared.sign_ins import sha256

LINK_LASTS = timedelta(hours=1)


@dataclass(frozen=True)
class Tables:
    """The tables of second factors in a service's own metadata."""

    secrets: Table
    offers: Table
    codes: Table
    links: Table
    passkeys: Table
    challenges: Table


@dataclass(frozen=True)
class Link:
    """Whose recovery link it is, and whether their second factor stays."""

    username: str
    keeps_second_factor: bool


def add_second_factor_tables(metadata: MetaData) -> Tables:
    """Define them. Codes and links stand there as hashes, secrets sealed: see ``shared.kept_secrets``.

    A link that was made before links could keep the second factor does not say whether it does: it does not.
    """
    username = ("username", String(200))
    return Tables(
        secrets=Table(
            "totp_secrets",
            metadata,
            Column(*username, primary_key=True),
            Column("secret", Text, nullable=False),
            Column("last_step", BigInteger, nullable=False),
            Column("set_up_at", Moment, nullable=False),
        ),
        offers=Table(
            "totp_offers",
            metadata,
            Column("token_sha256", String(64), primary_key=True),
            Column("secret", Text, nullable=False),
            Column("made_at", Moment, nullable=False),
        ),
        codes=Table(
            "recovery_codes",
            metadata,
            Column(*username, primary_key=True),
            Column("code_sha256", String(64), primary_key=True),
        ),
        links=Table(
            "recovery_links",
            metadata,
            Column("token_sha256", String(64), primary_key=True),
            Column(*username, nullable=False, index=True),
            Column("expires_at", Moment, nullable=False),
            Column("keeps_second_factor", Boolean),
        ),
        **_add_passkey_tables(metadata),
    )


def _add_passkey_tables(metadata: MetaData) -> dict[str, Table]:
    return {
        "passkeys": Table(
            "passkeys",
            metadata,
            Column("id", String(1364), primary_key=True),
            Column("username", String(200), nullable=False, index=True),
            Column("public_key", Text, nullable=False),
            Column("sign_count", BigInteger, nullable=False),
            Column("name", String(60), nullable=False),
            Column("added_at", Moment, nullable=False),
            Column("used_at", Moment),
        ),
        "challenges": Table(
            "passkey_challenges",
            metadata,
            Column("token_sha256", String(64), primary_key=True),
            Column("challenge", String(100), nullable=False),
            Column("made_at", Moment, nullable=False),
        ),
    }


def forget(tx: Transaction, tables: Tables, username: str) -> None:
    """The person has no second factor any more, and sets one up at the next sign-in."""
    for table in (tables.secrets, tables.codes, tables.passkeys):
        tx.execute(delete(table).where(table.c.username == username))


def make_link(tx: Transaction, tables: Tables, username: str, *, keeps_second_factor: bool) -> str:
    """The token of a new recovery link, told this once; older ones of the person end."""
    token = secrets.token_urlsafe(32)
    links = tables.links
    tx.execute(delete(links).where((links.c.username == username) | (links.c.expires_at <= tx.at)))
    row = {"token_sha256": sha256(token), "username": username, "expires_at": tx.at + LINK_LASTS}
    tx.execute(insert(links).values(row | {"keeps_second_factor": keeps_second_factor}))
    return token


def find_link(tx: Transaction, tables: Tables, token: str) -> Link | None:
    """The recovery link; None for one that is used, past or was never made."""
    c = tables.links.c
    valid = (c.token_sha256 == sha256(token)) & (c.expires_at > tx.at)
    found = tx.execute(select(c.username, c.keeps_second_factor).where(valid)).one_or_none()
    return Link(found.username, bool(found.keeps_second_factor)) if found else None


def use_link(tx: Transaction, tables: Tables, token: str) -> Link | None:
    """The same, and it opens nothing any more."""
    found = find_link(tx, tables, token)
    done = tx.execute(delete(tables.links).where(tables.links.c.token_sha256 == sha256(token)))
    return found if done.rowcount else None
