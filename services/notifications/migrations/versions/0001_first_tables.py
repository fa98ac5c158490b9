"""The first tables of the notifications service."""

import sqlalchemy as sa
from alembic import op

from shared.messaging.first_tables import create_message_tables

revision = "0001"
down_revision = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    create_message_tables()
    _contacts()
    _notices()
    _mails()


def _contacts() -> None:
    op.create_table(
        "contact_lists",
        sa.Column("org", sa.String(31), primary_key=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("inbox_url", sa.Text(), nullable=False),
    )
    op.create_table(
        "contacts",
        sa.Column("org", sa.String(31), primary_key=True),
        sa.Column("contact_id", sa.Uuid(), primary_key=True),
        sa.Column("email", sa.String(320), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
    )


def _notices() -> None:
    op.create_table(
        "notices",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("org", sa.String(31), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("round_id", sa.Uuid()),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("sent_at", MOMENT),
    )
    op.create_index("ix_notices_round_id", "notices", ["round_id"])
    op.create_index("ix_notices_due", "notices", ["state", "due_at"])


def _mails() -> None:
    op.create_table(
        "mails",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("org", sa.String(31), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.String(80)),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("sent_at", MOMENT),
    )
    op.create_index("ix_mails_round_id", "mails", ["round_id"])
    op.create_index("ix_mails_due", "mails", ["state", "due_at"])
    op.create_index("ix_mails_of_org", "mails", ["org", "created_at"])
