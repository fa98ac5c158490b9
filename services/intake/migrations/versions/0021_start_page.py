"""What every start page asks: how long a referral has been silent, and whose files somebody works on."""

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
    """A column, filled from the moves that are there, and an index that answers by itself."""
    op.add_column("referrals", sa.Column("said_at", sa.DateTime(timezone=True)))
    op.execute(LAST_SAID)
    op.drop_index("ix_file_workers_username", "file_workers")
    op.create_index(
        "ix_file_workers_username_person_id_until", "file_workers", ["username", "person_id", "until"]
    )
