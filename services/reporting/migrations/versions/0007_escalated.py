"""When a referral's ladder reached the coordinators."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """One moment more."""
    op.add_column("referrals", sa.Column("escalated_at", sa.DateTime(timezone=True)))
