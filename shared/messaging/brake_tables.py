"""What round trips add to a service that answers them: how often it has."""

import sqlalchemy as sa
from alembic import op


def create_brake_table() -> None:
    """In the referral service and in every node."""
    op.create_table(
        "round_trips_taken",
        sa.Column("org", sa.String(31), primary_key=True),
        sa.Column("to_org", sa.String(31), primary_key=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
    )
