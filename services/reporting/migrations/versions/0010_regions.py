"""The regions of a referral's two sides, its other standard, whether room was lacking; what the directory offers."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Four columns more, and two tables."""
    for name in ("acknowledge_by", "lacked_room_at"):
        op.add_column("referrals", sa.Column(name, MOMENT))
    for name in ("from_region", "to_region"):
        op.add_column("referrals", sa.Column(name, sa.String(6)))
    op.create_table(
        "homes",
        sa.Column("org", sa.String(31), primary_key=True),
        sa.Column("region", sa.String(6)),
        sa.Column("directory_version", sa.Integer, nullable=False),
    )
    op.create_table(
        "offers",
        sa.Column("offer", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("service_type", sa.String(60), nullable=False),
        sa.Column("regions", sa.JSON, nullable=False),
        sa.Column("is_open", sa.Boolean, nullable=False),
    )
