"""The names and addresses of staff lie sealed too; those that are there are sealed at the node's start."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """One cell for each."""
    op.add_column("staff", sa.Column("sealed", sa.LargeBinary()))
