"""Which referral forwards which; what is to be erased after consent was withdrawn, and what was said of it."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """A column and two tables."""
    op.add_column("referrals", sa.Column("parent_id", sa.Uuid()))
    op.create_index("ix_referrals_parent_id", "referrals", ["parent_id"])
    op.create_table(
        "erasures",
        sa.Column("asked_id", sa.Uuid(), primary_key=True),
        sa.Column("referral_id", sa.Uuid(), primary_key=True),
        sa.Column("asked_at", MOMENT, nullable=False),
    )
    op.create_index("ix_erasures_referral_id", "erasures", ["referral_id"])
    op.create_table(
        "erasure_receipts",
        sa.Column("referral_id", sa.Uuid(), primary_key=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("receipted_at", MOMENT, nullable=False),
        sa.Column("holdings", sa.JSON(), nullable=False),
        sa.Column("letter_id", sa.Uuid()),
        sa.Column("letter", sa.String(64)),
    )
