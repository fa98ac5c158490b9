"""The tables of webhooks: where they go, and each that is to be sent or was."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, LargeBinary, Table, Uuid

from services.intake.storage.tables import CODE, NAME, metadata
from shared.database import Moment

# Address and secret lie sealed with the storage key.
endpoints = Table(
    "webhook_endpoints",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("may_be_private", Boolean, nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("made_by", NAME, nullable=False),
)

# ``due_at`` is when it is tried next, and empty once it was sent or given up.
deliveries = Table(
    "webhook_deliveries",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("endpoint_id", Uuid, ForeignKey("webhook_endpoints.id", ondelete="CASCADE"), nullable=False),
    Column("kind", CODE, nullable=False),
    Column("count", Integer, nullable=False, server_default="1"),
    Column("made_at", Moment, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due_at", Moment),
    Column("sent_at", Moment),
    Column("result", CODE),
    Index("ix_webhook_deliveries_due", "endpoint_id", "due_at"),
)
