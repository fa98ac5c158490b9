"""What 0.2.0 adds wherever people are told something: what becomes of a notice for each of them."""

import sqlalchemy as sa
from alembic import op

MOMENT = sa.DateTime(timezone=True)


def add_tellings() -> None:
    """At the hub, and at a node that writes to its own people."""
    op.create_table(
        "tellings",
        sa.Column("notice_id", sa.Uuid(), primary_key=True),
        sa.Column("contact_id", sa.Uuid(), primary_key=True),
        sa.Column("org", sa.String(31), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("dropped_because", sa.String(10)),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("daily", sa.Boolean(), nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("mail_id", sa.Uuid()),
    )
    op.create_index("ix_tellings_mail_id", "tellings", ["mail_id"])
    op.create_index("ix_tellings_due", "tellings", ["state", "due_at"])
    op.create_index("ix_tellings_of_contact", "tellings", ["contact_id", "state"])
