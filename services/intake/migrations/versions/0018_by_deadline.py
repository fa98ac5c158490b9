"""What waits is found in the order of its deadlines."""

from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """One index serves the state alone, too."""
    op.create_index(
        "ix_referrals_shown_state_direction_reply_by_id",
        "referrals",
        ["shown_state", "direction", "reply_by", "id"],
    )
    op.drop_index("ix_referrals_shown_state", "referrals")
