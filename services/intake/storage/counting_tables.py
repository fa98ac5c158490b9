"""The tables of what the node has told of its counts, openly or masked: aggregated codes, and nothing of any person."""

from sqlalchemy import JSON, Column, Integer, LargeBinary, String, Table

from services.intake.storage.tables import CODE, NAME, metadata
from shared.database import Moment

# Exactly what was sent, for people to see. ``answer`` is the reporting service's code, and ``workbook_in_force`` the
# version of the workbook that it wants. ``roster`` names the roster under whose masks they left, if they did.
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
    Column("roster", Integer),
)

# What the hub decided about masking, each decision once; the newest stands.
masking_decisions = Table(
    "masking_decisions",
    metadata,
    Column("decision", Integer, primary_key=True, autoincrement=False),
    Column("masked_from", String(7)),
    Column("heard_at", Moment, nullable=False),
)

# Each roster that came. ``refused`` is our reason, where nothing was contributed to it. ``seed`` is that of our own
# mask; it is forgotten once a newer roster of the quarter is answered, and never told for another once ``lifted_at``.
rosters = Table(
    "rosters",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("period", String(7), nullable=False, index=True),
    Column("members", Integer, nullable=False),
    Column("heard_at", Moment, nullable=False),
    Column("refused", CODE),
    Column("seed", LargeBinary),
    Column("lifted_at", Moment),
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
