"""Which referral forwards which and what for, and what becomes of what is held after consent was withdrawn."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Two columns and four tables."""
    op.add_column("referrals", sa.Column("parent_id", sa.Uuid()))
    op.add_column("referrals", sa.Column("purpose", sa.String(60)))
    op.create_index("ix_referrals_parent_id", "referrals", ["parent_id"])
    _withdrawals()
    _copies()
    _forwards()


def _withdrawals() -> None:
    op.create_table(
        "withdrawals",
        sa.Column("referral_id", sa.Uuid(), primary_key=True),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("receipted_at", MOMENT, nullable=False),
        sa.Column("received", sa.String(60), nullable=False),
        sa.Column("received_because", sa.String(60)),
        sa.Column("own", sa.String(60), nullable=False),
        sa.Column("own_because", sa.String(60)),
        sa.Column("decided_by", sa.String(60)),
        sa.Column("decided_at", MOMENT),
    )
    op.create_index("ix_withdrawals_own", "withdrawals", ["own"])


def _copies() -> None:
    op.create_table(
        "copies",
        sa.Column("asked_id", sa.Uuid(), primary_key=True),
        sa.Column("referral_id", sa.Uuid(), primary_key=True),
        sa.Column("org", sa.String(31), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("receipted_at", MOMENT),
        sa.Column("holdings", sa.JSON(), nullable=False),
        sa.Column("has_said", sa.Boolean(), nullable=False),
        sa.Column("finished", sa.Boolean(), nullable=False),
    )
    op.create_index("ix_copies_asked_at", "copies", ["asked_at"])


def _forwards() -> None:
    op.create_table(
        "children",
        sa.Column("referral_id", sa.Uuid(), primary_key=True),
        sa.Column("child_id", sa.Uuid(), primary_key=True),
        sa.Column("to_org", sa.String(31), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(60), nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
    )
    op.create_table(
        "forward_consents",
        sa.Column("referral_id", sa.Uuid(), primary_key=True),
        sa.Column("given_by", sa.String(60), nullable=False),
        sa.Column("to_org", sa.String(31), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("given_at", MOMENT, nullable=False),
        sa.Column("recorded_by", sa.String(60), nullable=False),
    )
