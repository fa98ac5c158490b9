"""Questions about capacity on their way, and where a ladder stands."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Who asked and who is asked; a ladder that has begun under an older version begins no new one."""
    op.add_column("referrals", sa.Column("rung", sa.String(20)))
    op.add_column("referrals", sa.Column("escalate_at", MOMENT))
    op.create_table(
        "questions",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("from_org", sa.String(31), nullable=False),
        sa.Column("asked", sa.JSON(), nullable=False),
        sa.Column("answer_by", MOMENT, nullable=False),
    )
    op.create_index("ix_questions_answer_by", "questions", ["answer_by"])
