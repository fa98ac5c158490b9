"""How fresh the node's directory is, by the hub's word; and round trips that try the link."""

import sqlalchemy as sa
from alembic import op

from shared.messaging.brake_tables import create_brake_table

revision = "0010"
down_revision = "0009"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Nothing was heard yet: the worker begins to count when it starts."""
    op.create_table(
        "word_of_hub",
        sa.Column("one", sa.Integer(), primary_key=True),
        sa.Column("fresh_at", MOMENT, nullable=False),
        sa.Column("asked_at", MOMENT),
    )
    op.create_table(
        "round_trips",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("to_org", sa.String(31), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("outcome", sa.String(60)),
        sa.Column("seen_by_hub_at", MOMENT),
        sa.Column("heard_of_hub_at", MOMENT),
        sa.Column("seen_by_peer_at", MOMENT),
        sa.Column("answered_at", MOMENT),
        sa.Column("read_at", MOMENT),
    )
    create_brake_table()
