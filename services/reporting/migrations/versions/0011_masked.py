"""Rosters that two people signed, and what their members have said to them."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

MOMENT, PERIOD = sa.DateTime(timezone=True), sa.String(7)


def upgrade() -> None:
    """Two tables more."""
    _rosters()
    _said()


def _rosters() -> None:
    op.create_table(
        "rosters",
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("period", PERIOD, nullable=False),
        sa.Column("network", sa.String(200), nullable=False),
        sa.Column("workbook", sa.Integer(), nullable=False),
        sa.Column("cells", sa.String(64), nullable=False),
        sa.Column("members", sa.JSON(), nullable=False),
        sa.Column("signed_at", MOMENT, nullable=False),
        sa.Column("completed_at", MOMENT),
        sa.Column("opened_at", MOMENT),
        sa.Column("wrong", sa.String(60)),
        sa.Column("totals", sa.JSON()),
    )
    op.create_index("ix_rosters_period", "rosters", ["period"])


def _said() -> None:
    op.create_table(
        "masked_counts",
        sa.Column("roster", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("org", sa.String(31), primary_key=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("refused", sa.String(60)),
        sa.Column("commitment", sa.String(64)),
        sa.Column("masked", sa.LargeBinary()),
        sa.Column("seed", sa.LargeBinary()),
        sa.Column("said_at", MOMENT, nullable=False),
        sa.Column("lifted_at", MOMENT),
    )
