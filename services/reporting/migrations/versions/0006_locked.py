"""Sessions can be locked."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    for table in ("sessions", "half_sign_ins"):
        op.add_column(table, sa.Column("locked_at", MOMENT))
