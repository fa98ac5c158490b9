"""Whom a notice is for, and who supervises."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Not always everybody at an organisation."""
    op.add_column("contacts", sa.Column("supervisor", sa.Boolean()))
    op.add_column("notices", sa.Column("audience", sa.JSON()))
