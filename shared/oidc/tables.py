"""The tables of sign-in with an organisation's account: whose which one is, and sign-ins that are under way there."""

from dataclasses import dataclass

from sqlalchemy import Column, MetaData, String, Table, Text, delete

from shared.database import Moment, Transaction


@dataclass(frozen=True)
class OidcTables:
    """The tables in a service's own metadata."""

    subjects: Table
    begun: Table


def add_oidc_tables(metadata: MetaData) -> OidcTables:
    """Define them. What the provider calls somebody stands there as a hash, and what is secret sealed."""
    return OidcTables(
        subjects=Table(
            "oidc_subjects",
            metadata,
            Column("subject_sha256", String(64), primary_key=True),
            Column("username", String(200), nullable=False, unique=True),
            Column("bound_at", Moment, nullable=False),
        ),
        begun=Table(
            "oidc_begun",
            metadata,
            Column("token_sha256", String(64), primary_key=True),
            Column("sealed", Text, nullable=False),
            Column("username", String(200)),
            Column("begun_at", Moment, nullable=False),
        ),
    )


def unbind(tx: Transaction, tables: OidcTables, username: str) -> bool:
    """No account elsewhere opens that person's here any more; says whether one did."""
    c = tables.subjects.c
    return bool(tx.execute(delete(tables.subjects).where(c.username == username)).rowcount)
