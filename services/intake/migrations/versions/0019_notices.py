"""How staff want to be told, and notices of a node that tells its people itself."""

import sqlalchemy as sa
from alembic import op

from shared.notices.first_tables import add_tellings

revision = "0019"
down_revision = "0018"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """New tables; a webhook says how much waits, and no longer which referral."""
    op.create_table(
        "notice_wishes",
        sa.Column("username", sa.String(60), primary_key=True),
        sa.Column("kind", sa.String(60), primary_key=True),
        sa.Column("way", sa.String(60), nullable=False),
    )
    _people()
    _notices()
    add_tellings()
    _mails()
    op.add_column("webhook_deliveries", sa.Column("count", sa.Integer(), nullable=False, server_default="1"))
    op.drop_column("webhook_deliveries", "referral_id")


def _people() -> None:
    op.create_table(
        "contact_lists",
        sa.Column("org", sa.String(31), primary_key=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("inbox_url", sa.Text(), nullable=False),
        sa.Column("tells_itself", sa.Boolean()),
    )
    op.create_table(
        "contacts",
        sa.Column("org", sa.String(31), primary_key=True),
        sa.Column("contact_id", sa.Uuid(), primary_key=True),
        sa.Column("email", sa.String(320), nullable=False),
        sa.Column("sealed", sa.LargeBinary()),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("supervisor", sa.Boolean()),
        sa.Column("wishes", sa.JSON()),
    )


def _notices() -> None:
    op.create_table(
        "notices",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("org", sa.String(31), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("audience", sa.JSON()),
        sa.Column("referral_id", sa.Uuid()),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("dropped_because", sa.String(10)),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("spread_at", MOMENT),
        sa.Column("sent_at", MOMENT),
    )
    op.create_index("ix_notices_waiting", "notices", ["state", "spread_at", "org"])
    op.create_index("ix_notices_of_referral", "notices", ["referral_id", "org"])


def _mails() -> None:
    op.create_table(
        "mails",
        sa.Column("id", sa.Uuid(), primary_key=True),
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
    op.create_index("ix_mails_contact_id", "mails", ["contact_id"])
    op.create_index("ix_mails_due", "mails", ["state", "due_at"])
    op.create_index("ix_mails_of_org", "mails", ["org", "created_at"])
