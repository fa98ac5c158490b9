"""The tables that every service keeps for its messages: outbox, inbox, parked, the register and its keys."""

from sqlalchemy import Column, Index, Integer, LargeBinary, MetaData, String, Table, Uuid

from shared.database import Moment
from shared.messaging.keybook import add_key_table
from shared.messaging.registers import add_register_table


def add_message_tables(metadata: MetaData) -> None:
    """Define them in the service's own metadata."""
    Table(
        "outbox",
        metadata,
        Column("message_id", Uuid, primary_key=True),
        Column("exchange", String(60), nullable=False),
        Column("routing_key", String(200), nullable=False),
        Column("body", LargeBinary, nullable=False),
        Column("awaits", String(80), index=True),
        Column("attempts", Integer, nullable=False),
        Column("due_at", Moment, nullable=False),
        Index("ix_outbox_due", "due_at", "message_id"),
    )
    Table(
        "inbox",
        metadata,
        Column("sender", String(31), primary_key=True),
        Column("message_id", Uuid, primary_key=True),
        Column("heard_at", Moment, nullable=False),
        Column("contents", LargeBinary),
    )
    Table(
        "parked",
        metadata,
        Column("id", Uuid, primary_key=True),
        Column("queue", String(60), nullable=False),
        Column("reason", String(60), nullable=False),
        Column("routing_key", String(200), nullable=False),
        Column("body", LargeBinary, nullable=False),
        Column("parked_at", Moment, nullable=False),
        Column("message_id", Uuid),
        Column("attempts", Integer, nullable=False, server_default="1"),
        Column("due_at", Moment),
        Index("ix_parked_due", "due_at"),
    )
    add_key_table(metadata)
    add_register_table(metadata)
