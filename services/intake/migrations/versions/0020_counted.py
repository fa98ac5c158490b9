"""What was told of counts and what was answered, activities, and the published codes by which a case is counted."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Two tables more, and a column."""
    op.add_column("cases", sa.Column("counted", sa.LargeBinary()))
    op.create_table(
        "counts_sent",
        sa.Column("period", sa.String(7), primary_key=True),
        sa.Column("revision", sa.Integer(), primary_key=True),
        sa.Column("workbook", sa.Integer(), nullable=False),
        sa.Column("cells", sa.JSON(), nullable=False),
        sa.Column("sent_at", MOMENT, nullable=False),
        sa.Column("answer", sa.String(60)),
        sa.Column("workbook_in_force", sa.Integer()),
        sa.Column("answered_at", MOMENT),
    )
    op.create_table(
        "activities",
        sa.Column("period", sa.String(7), primary_key=True),
        sa.Column("activity", sa.String(60), primary_key=True),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("noted_at", MOMENT, nullable=False),
        sa.Column("noted_by", sa.String(60), nullable=False),
    )
