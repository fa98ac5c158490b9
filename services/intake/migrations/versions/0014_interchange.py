"""What comes from an organisation's other systems, and what goes to them."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """New tables; nothing that is there changes."""
    _imports()
    _webhooks()


def _imports() -> None:
    op.create_table(
        "imports",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("org", sa.String(31), nullable=False),
        sa.Column("came_at", MOMENT, nullable=False),
        sa.Column("came_by", sa.String(60), nullable=False),
        sa.Column("state", sa.String(60), nullable=False),
        sa.Column("person_id", sa.Uuid()),
        sa.Column("case_id", sa.Uuid()),
        sa.Column("settled_by", sa.String(60)),
        sa.Column("settled_at", MOMENT),
        sa.Column("data_key", sa.LargeBinary()),
        sa.Column("sealed", sa.LargeBinary()),
    )
    for column in ("state", "person_id", "case_id"):
        op.create_index(f"ix_imports_{column}", "imports", [column])
    op.create_table(
        "import_sources",
        sa.Column("source", sa.LargeBinary(), primary_key=True),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("came_at", MOMENT, nullable=False),
    )


def _webhooks() -> None:
    op.create_table(
        "webhook_endpoints",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("may_be_private", sa.Boolean(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("made_by", sa.String(60), nullable=False),
    )
    endpoint = sa.ForeignKey("webhook_endpoints.id", ondelete="CASCADE")
    op.create_table(
        "webhook_deliveries",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("endpoint_id", sa.Uuid(), endpoint, nullable=False),
        sa.Column("kind", sa.String(60), nullable=False),
        sa.Column("referral_id", sa.Uuid()),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", MOMENT),
        sa.Column("sent_at", MOMENT),
        sa.Column("result", sa.String(60)),
    )
    op.create_index("ix_webhook_deliveries_due", "webhook_deliveries", ["endpoint_id", "due_at"])
