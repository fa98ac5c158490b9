"""The tables of notices: whom to tell, what waits, what became of it for each person, and each mail."""

from dataclasses import dataclass

from sqlalchemy import JSON, Boolean, Column, Index, Integer, LargeBinary, MetaData, String, Table, Text, Uuid

from shared.database import Moment

ORG = String(31)
CODE = String(10)


@dataclass(frozen=True)
class NoticeTables:
    """All of them, of one service."""

    lists: Table
    contacts: Table
    notices: Table
    tellings: Table
    mails: Table


def add_notice_tables(metadata: MetaData) -> NoticeTables:
    """Define them in the service's own metadata."""
    lists, contacts = _of_people(metadata)
    return NoticeTables(lists, contacts, _notices(metadata), _tellings(metadata), _mails(metadata))


def _of_people(metadata: MetaData) -> tuple[Table, Table]:
    """The address lies sealed; ``email`` is empty but for what version 0.1.0 left, until the service has started."""
    lists = Table(
        "contact_lists",
        metadata,
        Column("org", ORG, primary_key=True),
        Column("revision", Integer, nullable=False),
        Column("inbox_url", Text, nullable=False),
        Column("tells_itself", Boolean),
    )
    contacts = Table(
        "contacts",
        metadata,
        Column("org", ORG, primary_key=True),
        Column("contact_id", Uuid, primary_key=True),
        Column("email", String(320), nullable=False),
        Column("sealed", LargeBinary),
        Column("language", String(2), nullable=False),
        Column("supervisor", Boolean),
        Column("wishes", JSON(none_as_null=True)),
    )
    return lists, contacts


def _notices(metadata: MetaData) -> Table:
    """``spread_at`` is when it was shared out to people; empty until there are any, and when they have changed."""
    return Table(
        "notices",
        metadata,
        Column("id", Uuid, primary_key=True),
        Column("org", ORG, nullable=False),
        Column("kind", String(40), nullable=False),
        Column("urgent", Boolean, nullable=False),
        Column("audience", JSON(none_as_null=True)),
        Column("referral_id", Uuid),
        Column("state", CODE, nullable=False),
        Column("dropped_because", CODE),
        Column("created_at", Moment, nullable=False),
        Column("spread_at", Moment),
        Column("sent_at", Moment),
        Index("ix_notices_waiting", "state", "spread_at", "org"),
        Index("ix_notices_of_referral", "referral_id", "org"),
    )


def _tellings(metadata: MetaData) -> Table:
    """A notice for one person: ``mail_id`` is the mail that takes it, ``daily`` what waits for the daily one."""
    return Table(
        "tellings",
        metadata,
        Column("notice_id", Uuid, primary_key=True),
        Column("contact_id", Uuid, primary_key=True),
        Column("org", ORG, nullable=False),
        Column("state", CODE, nullable=False),
        Column("dropped_because", CODE),
        Column("urgent", Boolean, nullable=False),
        Column("daily", Boolean, nullable=False),
        Column("due_at", Moment, nullable=False),
        Column("mail_id", Uuid, index=True),
        Index("ix_tellings_due", "state", "due_at"),
        Index("ix_tellings_of_contact", "contact_id", "state"),
    )


def _mails(metadata: MetaData) -> Table:
    """``due_at`` is when it is tried next, or of one that is being sent, when its worker counts as dead."""
    return Table(
        "mails",
        metadata,
        Column("id", Uuid, primary_key=True),
        Column("org", ORG, nullable=False),
        Column("contact_id", Uuid, nullable=False, index=True),
        Column("count", Integer, nullable=False),
        Column("state", CODE, nullable=False),
        Column("attempts", Integer, nullable=False),
        Column("last_error", String(80)),
        Column("created_at", Moment, nullable=False),
        Column("due_at", Moment, nullable=False),
        Column("sent_at", Moment),
        Index("ix_mails_due", "state", "due_at"),
        Index("ix_mails_of_org", "org", "created_at"),
    )
