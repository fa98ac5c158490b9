"""The tables of what the node has told of its counts: aggregated codes, and nothing of any person."""

from sqlalchemy import JSON, Column, Integer, String, Table

from services.intake.storage.tables import CODE, NAME, metadata
from shared.database import Moment

# Exactly what was sent, for people to see. ``answer`` is the reporting service's code, and ``workbook_in_force`` the
# version of the workbook that it wants.
counts_sent = Table(
    "counts_sent",
    metadata,
    Column("period", String(7), primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("workbook", Integer, nullable=False),
    Column("cells", JSON, nullable=False),
    Column("sent_at", Moment, nullable=False),
    Column("answer", CODE),
    Column("workbook_in_force", Integer),
    Column("answered_at", Moment),
)

activities = Table(
    "activities",
    metadata,
    Column("period", String(7), primary_key=True),
    Column("activity", CODE, primary_key=True),
    Column("count", Integer, nullable=False),
    Column("noted_at", Moment, nullable=False),
    Column("noted_by", NAME, nullable=False),
)
