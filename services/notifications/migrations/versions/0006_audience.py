"""Whom a notice is for."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0003"


def upgrade() -> None:
    """Not always everybody at an organisation."""
    op.add_column("notices", sa.Column("audience", sa.JSON()))
