"""The notifications service's tables."""

from sqlalchemy import JSON, Boolean, Column, Index, Integer, String, Table, Text, Uuid

from shared.database import Moment, new_metadata
from shared.messaging.tables import add_message_tables

metadata = new_metadata()
add_message_tables(metadata)

contact_lists = Table(
    "contact_lists",
    metadata,
    Column("org", String(31), primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("inbox_url", Text, nullable=False),
)
contacts = Table(
    "contacts",
    metadata,
    Column("org", String(31), primary_key=True),
    Column("contact_id", Uuid, primary_key=True),
    Column("email", String(320), nullable=False),
    Column("language", String(2), nullable=False),
    Column("supervisor", Boolean),
)
notices = Table(
    "notices",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("org", String(31), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("urgent", Boolean, nullable=False),
    Column("audience", JSON(none_as_null=True)),
    Column("state", String(10), nullable=False),
    Column("round_id", Uuid, index=True),
    Column("created_at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("sent_at", Moment),
    Index("ix_notices_due", "state", "due_at"),
)
mails = Table(
    "mails",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("round_id", Uuid, nullable=False, index=True),
    Column("org", String(31), nullable=False),
    Column("contact_id", Uuid, nullable=False),
    Column("count", Integer, nullable=False),
    Column("state", String(10), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("last_error", String(80)),
    Column("created_at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("sent_at", Moment),
    Index("ix_mails_due", "state", "due_at"),
    Index("ix_mails_of_org", "org", "created_at"),
)
