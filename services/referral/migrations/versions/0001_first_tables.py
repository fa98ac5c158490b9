"""The first tables of the referral service."""

import sqlalchemy as sa
from alembic import op

from shared.messaging.first_tables import create_message_tables

revision = "0001"
down_revision = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Messages, referrals and their moves, the directory."""
    create_message_tables()
    _referrals()
    _directory()


def _referrals() -> None:
    op.create_table(
        "referrals",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("from_org", sa.String(31), nullable=False),
        sa.Column("to_org", sa.String(31), nullable=False),
        sa.Column("service_type", sa.String(60), nullable=False),
        sa.Column("urgency", sa.String(20), nullable=False),
        sa.Column("state", sa.String(30), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("sent_at", MOMENT, nullable=False),
        sa.Column("taken_at", MOMENT, nullable=False),
        sa.Column("acknowledge_by", MOMENT, nullable=False),
        sa.Column("reply_by", MOMENT, nullable=False),
        sa.Column("acknowledgement_flagged_at", MOMENT),
        sa.Column("overdue_at", MOMENT),
    )
    op.create_index("ix_referrals_due", "referrals", ["state", "acknowledge_by"])
    op.create_table(
        "moves",
        sa.Column("referral_id", sa.Uuid(), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("move_id", sa.Uuid(), nullable=False),
        sa.Column("move", sa.String(30), nullable=False),
        sa.Column("state", sa.String(30), nullable=False),
        sa.Column("by_org", sa.String(31), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.Column("reason", sa.String(40)),
        sa.Column("sealed_note", sa.Text()),
    )
    op.create_index("ix_moves_move_id", "moves", ["move_id"])
    op.create_table(
        "refused_moves",
        sa.Column("move_id", sa.Uuid(), primary_key=True),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("refused_at", MOMENT, nullable=False),
    )


def _directory() -> None:
    op.create_table(
        "organisations",
        sa.Column("org", sa.String(31), primary_key=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("public_key", sa.Text()),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("services", sa.JSON(), nullable=False),
        sa.Column("source", sa.String(20), nullable=False),
    )
    op.create_table(
        "directory_versions",
        sa.Column("version", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("published_at", MOMENT, nullable=False),
    )
