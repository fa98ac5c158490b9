"""What comes from an organisation's other systems, and what goes to them."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0006"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """New tables; nothing that is there changes."""
    _imports()


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
