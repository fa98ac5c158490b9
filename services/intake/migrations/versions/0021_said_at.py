"""When somebody last said something of a referral, kept with it: silence is looked for on every start page."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"

LAST_SAID = """
    UPDATE referrals SET said_at = (
        SELECT max(coalesce(moves.recorded_at, moves.made_at)) FROM moves WHERE moves.referral_id = referrals.id
    )
"""


def upgrade() -> None:
    """A column, filled from the moves that are there."""
    op.add_column("referrals", sa.Column("said_at", sa.DateTime(timezone=True)))
    op.execute(LAST_SAID)
