"""When the hub said last which directory is the newest, and how often it answered round trips."""

import sqlalchemy as sa
from alembic import op

from shared.messaging.brake_tables import create_brake_table

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Nothing has been said yet, so it is said at once."""
    op.add_column("directory_versions", sa.Column("dated_at", sa.DateTime(timezone=True)))
    create_brake_table()
