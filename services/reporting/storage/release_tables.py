"""The tables of contributions' sums and answers, of what two people decided, and of what was released."""

from sqlalchemy import JSON, Boolean, Column, Index, Integer, String, Table, Uuid

from services.reporting.storage.tables import metadata
from shared.database import Moment

PERIOD, USERNAME = String(7), String(200)

# The sum over all organisations of each cell. ``codes`` is a list in JSON.
cube = Table(
    "cube",
    metadata,
    Column("period", PERIOD, primary_key=True),
    Column("name", String(60), primary_key=True),
    Column("codes", String(300), primary_key=True),
    Column("count", Integer, nullable=False),
)

contribution_answers = Table(
    "contribution_answers",
    metadata,
    Column("org", String(31), primary_key=True),
    Column("period", PERIOD, primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("answer", String(60), nullable=False),
    Column("at", Moment, nullable=False),
)

# ``what`` is release or rules, ``content`` what is asked for. It counts once somebody else has approved it.
proposals = Table(
    "proposals",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("what", String(20), nullable=False),
    Column("content", JSON, nullable=False),
    Column("asked_by", USERNAME, nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("approved_by", USERNAME),
    Column("approved_at", Moment),
)

# The privacy ledger: a row is what was spent, whether or not anything came of it. ``epsilon`` is in thousandths.
# ``finished_at`` says that what was drawn is stored.
ledger = Table(
    "ledger",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("proposal", Integer, nullable=False, index=True),
    Column("period", PERIOD, nullable=False),
    Column("tables", JSON, nullable=False),
    Column("workbook", Integer, nullable=False),
    Column("epsilon", Integer, nullable=False),
    Column("asked_by", USERNAME, nullable=False),
    Column("approved_by", USERNAME, nullable=False),
    Column("charged_at", Moment, nullable=False),
    Column("organisations", Integer),
    Column("finished_at", Moment),
    Index("ix_ledger_period", "period"),
)

# Drawn once, never computed again. ``error``: in 19 of 20 such cells the true count is no further away. ``is_small``:
# so small that noise alone may have made it; it is not shown, and counts in what the table has besides.
released_cells = Table(
    "released_cells",
    metadata,
    Column("release_id", Uuid, primary_key=True),
    Column("name", String(60), primary_key=True),
    Column("codes", String(300), primary_key=True),
    Column("value", Integer, nullable=False),
    Column("error", Integer, nullable=False),
    Column("is_small", Boolean, nullable=False),
)
