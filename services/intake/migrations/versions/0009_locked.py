"""Sessions can be locked, and a form that was sent too late is kept."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    for table in ("sessions", "half_sign_ins"):
        op.add_column(table, sa.Column("locked_at", MOMENT))
    op.create_table(
        "kept_forms",
        sa.Column("username", sa.String(60), primary_key=True),
        sa.Column("path", sa.String(300), primary_key=True),
        sa.Column("kept_at", MOMENT, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
    )
