"""The tables of rosters that two people signed, and of what their members have said: masked, and nobody's counts."""

from sqlalchemy import JSON, Column, Integer, LargeBinary, String, Table

from services.reporting.storage.tables import metadata
from shared.database import Moment

# ``members`` are public keys by organisation, ``cells`` the digest of the declared cells. ``totals`` are the cells of
# the sum once it was opened; ``wrong`` says why an opened sum cannot be right.
rosters = Table(
    "rosters",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("period", String(7), nullable=False, index=True),
    Column("network", String(200), nullable=False),
    Column("workbook", Integer, nullable=False),
    Column("cells", String(64), nullable=False),
    Column("members", JSON, nullable=False),
    Column("signed_at", Moment, nullable=False),
    Column("completed_at", Moment),
    Column("opened_at", Moment),
    Column("wrong", String(60)),
    Column("totals", JSON),
)

# ``refused`` is the member's reason, where it contributes nothing. ``masked`` and ``seed`` are forgotten once the sum
# is opened, or another roster has taken this one's place.
masked_counts = Table(
    "masked_counts",
    metadata,
    Column("roster", Integer, primary_key=True, autoincrement=False),
    Column("org", String(31), primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("refused", String(60)),
    Column("commitment", String(64)),
    Column("masked", LargeBinary),
    Column("seed", LargeBinary),
    Column("said_at", Moment, nullable=False),
    Column("lifted_at", Moment),
)
