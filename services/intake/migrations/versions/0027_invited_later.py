"""Organisations that are invited to a conference later, in their order."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    """Whoever is there was invited at the beginning."""
    column = sa.Column("number", sa.Integer(), nullable=False, server_default="0")
    op.add_column("conference_members", column)
