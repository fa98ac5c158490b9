"""What was decided about masking, the rosters that came, and under whose masks counts left."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"

MOMENT, PERIOD = sa.DateTime(timezone=True), sa.String(7)


def upgrade() -> None:
    """One column more, and two tables."""
    op.add_column("counts_sent", sa.Column("roster", sa.Integer()))
    op.create_table(
        "masking_decisions",
        sa.Column("decision", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("masked_from", PERIOD),
        sa.Column("heard_at", MOMENT, nullable=False),
    )
    op.create_table(
        "rosters",
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("period", PERIOD, nullable=False),
        sa.Column("members", sa.Integer(), nullable=False),
        sa.Column("heard_at", MOMENT, nullable=False),
        sa.Column("refused", sa.String(60)),
        sa.Column("seed", sa.LargeBinary()),
        sa.Column("lifted_at", MOMENT),
    )
    op.create_index("ix_rosters_period", "rosters", ["period"])
