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


def add_notice_tables(metadata: MetaData, prefix: str = "") -> NoticeTables:
    """Define them in the service's own metadata; with a ``prefix`` those of one more channel."""
    lists, contacts = _of_people(metadata, prefix)
    rest = (_notices(metadata, prefix), _tellings(metadata, prefix), _mails(metadata, prefix))
    return NoticeTables(lists, contacts, *rest)


def _of_people(metadata: MetaData, prefix: str) -> tuple[Table, Table]:
    """The address lies sealed; ``email`` is empty but for what version 0.1.0 left, until the service has started."""
    lists = Table(
        f"{prefix}contact_lists",
        metadata,
        Column("org", ORG, primary_key=True),
        Column("revision", Integer, nullable=False),
        Column("inbox_url", Text, nullable=False),
        Column("tells_itself", Boolean),
    )
    contacts = Table(
        f"{prefix}contacts",
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


def _notices(metadata: MetaData, prefix: str) -> Table:
    """``spread_at`` is when it was shared out to people; empty until there are any, and when they have changed."""
    return Table(
        f"{prefix}notices",
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
        Index(f"ix_{prefix}notices_waiting", "state", "spread_at", "org"),
        Index(f"ix_{prefix}notices_of_referral", "referral_id", "org"),
    )


def _tellings(metadata: MetaData, prefix: str) -> Table:
    """A notice for one person: ``mail_id`` is the mail that takes it, ``daily`` what waits for the daily one."""
    return Table(
        f"{prefix}tellings",
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
        Index(f"ix_{prefix}tellings_due", "state", "due_at"),
        Index(f"ix_{prefix}tellings_of_contact", "contact_id", "state"),
    )


def _mails(metadata: MetaData, prefix: str) -> Table:
    """``due_at`` is when it is tried next, or of one that is being sent, when its worker counts as dead."""
    return Table(
        f"{prefix}mails",
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
        Index(f"ix_{prefix}mails_due", "state", "due_at"),
        Index(f"ix_{prefix}mails_of_org", "org", "created_at"),
    )
