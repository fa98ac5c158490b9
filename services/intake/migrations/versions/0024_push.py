"""Browsers that are told by push, of what, under which key of the node, and what became of each notice."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"

MOMENT = sa.DateTime(timezone=True)
CODE, ORG = sa.String(10), sa.String(31)


def upgrade() -> None:
    """New tables; those of notices are as they are for mail."""
    _browsers()
    _people()
    _notices()
    _tellings()
    _mails()


def _browsers() -> None:
    op.create_table(
        "push_keys",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "push_subscriptions",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("username", sa.String(60), nullable=False),
        sa.Column("address", sa.LargeBinary(), nullable=False, unique=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
    )
    op.create_index("ix_push_subscriptions_username", "push_subscriptions", ["username"])
    op.create_table(
        "push_wishes",
        sa.Column("username", sa.String(60), primary_key=True),
        sa.Column("kind", sa.String(60), primary_key=True),
        sa.Column("way", sa.String(60), nullable=False),
    )


def _people() -> None:
    op.create_table(
        "push_contact_lists",
        sa.Column("org", ORG, primary_key=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("inbox_url", sa.Text(), nullable=False),
        sa.Column("tells_itself", sa.Boolean()),
    )
    op.create_table(
        "push_contacts",
        sa.Column("org", ORG, primary_key=True),
        sa.Column("contact_id", sa.Uuid(), primary_key=True),
        sa.Column("email", sa.String(320), nullable=False),
        sa.Column("sealed", sa.LargeBinary()),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("supervisor", sa.Boolean()),
        sa.Column("wishes", sa.JSON()),
    )


def _notices() -> None:
    op.create_table(
        "push_notices",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("org", ORG, nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("audience", sa.JSON()),
        sa.Column("referral_id", sa.Uuid()),
        sa.Column("state", CODE, nullable=False),
        sa.Column("dropped_because", CODE),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("spread_at", MOMENT),
        sa.Column("sent_at", MOMENT),
    )
    op.create_index("ix_push_notices_waiting", "push_notices", ["state", "spread_at", "org"])
    op.create_index("ix_push_notices_of_referral", "push_notices", ["referral_id", "org"])


def _tellings() -> None:
    op.create_table(
        "push_tellings",
        sa.Column("notice_id", sa.Uuid(), primary_key=True),
        sa.Column("contact_id", sa.Uuid(), primary_key=True),
        sa.Column("org", ORG, nullable=False),
        sa.Column("state", CODE, nullable=False),
        sa.Column("dropped_because", CODE),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("daily", sa.Boolean(), nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("mail_id", sa.Uuid()),
    )
    op.create_index("ix_push_tellings_mail_id", "push_tellings", ["mail_id"])
    op.create_index("ix_push_tellings_due", "push_tellings", ["state", "due_at"])
    op.create_index("ix_push_tellings_of_contact", "push_tellings", ["contact_id", "state"])


def _mails() -> None:
    op.create_table(
        "push_mails",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("org", ORG, nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("state", CODE, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.String(80)),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("sent_at", MOMENT),
    )
    op.create_index("ix_push_mails_contact_id", "push_mails", ["contact_id"])
    op.create_index("ix_push_mails_due", "push_mails", ["state", "due_at"])
    op.create_index("ix_push_mails_of_org", "push_mails", ["org", "created_at"])
