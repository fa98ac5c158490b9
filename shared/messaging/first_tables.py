"""The message tables as every service's first migration makes them; what changes later is a migration of its own."""

import sqlalchemy as sa
from alembic import op


def create_message_tables() -> None:
    """outbox, inbox and parked."""
    _create()
    if op.get_bind().dialect.name == "postgresql":
        # Most of a body is sealed and so cannot be compressed; finding that out costs more than all the rest.
        for table in ("outbox", "parked"):
            op.execute(f"ALTER TABLE {table} ALTER COLUMN body SET STORAGE EXTERNAL")


def _create() -> None:
    op.create_table(
        "outbox",
        sa.Column("message_id", sa.Uuid(), primary_key=True),
        sa.Column("exchange", sa.String(60), nullable=False),
        sa.Column("routing_key", sa.String(200), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("awaits", sa.String(80)),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_outbox_due", "outbox", ["due_at", "message_id"])
    op.create_index("ix_outbox_awaits", "outbox", ["awaits"])
    op.create_table(
        "inbox",
        sa.Column("sender", sa.String(31), primary_key=True),
        sa.Column("message_id", sa.Uuid(), primary_key=True),
        sa.Column("heard_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "parked",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("queue", sa.String(60), nullable=False),
        sa.Column("reason", sa.String(60), nullable=False),
        sa.Column("routing_key", sa.String(200), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("parked_at", sa.DateTime(timezone=True), nullable=False),
    )
