"""The first tables of the reporting service."""

import sqlalchemy as sa
from alembic import op

from shared.messaging.first_tables import create_message_tables

revision = "0001"
down_revision = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    create_message_tables()
    _counts()
    _referrals()
    _staff()
    _sign_ins()


def _counts() -> None:
    op.create_table(
        "contributions",
        sa.Column("org", sa.String(31), primary_key=True),
        sa.Column("period", sa.String(7), primary_key=True),
        sa.Column("workbook", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("cells", sa.JSON(), nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
    )
    op.create_index("ix_contributions_period", "contributions", ["period"])


def _referrals() -> None:
    op.create_table(
        "referrals",
        sa.Column("referral_id", sa.Uuid(), primary_key=True),
        sa.Column("period", sa.String(7)),
        sa.Column("service_type", sa.String(60), nullable=False),
        sa.Column("urgency", sa.String(20), nullable=False),
        sa.Column("state", sa.String(30), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("reply_by", MOMENT),
        sa.Column("sent_at", MOMENT),
        sa.Column("delivered_at", MOMENT),
        sa.Column("acknowledged_at", MOMENT),
        sa.Column("decided_at", MOMENT),
        sa.Column("closed_at", MOMENT),
        sa.Column("acknowledgement_overdue_at", MOMENT),
        sa.Column("reply_overdue_at", MOMENT),
    )
    op.create_index("ix_referrals_period", "referrals", ["period"])


def _staff() -> None:
    op.create_table(
        "staff",
        sa.Column("username", sa.String(200), primary_key=True),
        sa.Column("display_name", sa.String(200), nullable=False),
        sa.Column("password_hash", sa.String(200), nullable=False),
        sa.Column("language", sa.String(2)),
        sa.Column("active", sa.Boolean(), nullable=False),
    )
    op.create_table(
        "api_tokens",
        sa.Column("token_sha256", sa.String(64), primary_key=True),
        sa.Column("username", sa.String(200), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
    )
    op.create_index("ix_api_tokens_username", "api_tokens", ["username"])


def _sign_ins() -> None:
    op.create_table(
        "sessions",
        sa.Column("token_sha256", sa.String(64), primary_key=True),
        sa.Column("username", sa.String(200), nullable=False),
        sa.Column("begun_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
    )
    op.create_index("ix_sessions_username", "sessions", ["username"])
    op.create_table(
        "sign_ins",
        sa.Column("name_sha256", sa.String(64), primary_key=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("wait_until", MOMENT, nullable=False),
    )
