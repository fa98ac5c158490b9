"""A token of the API may be one that only reads; none that was made before is."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"


def upgrade() -> None:
    """One more column."""
    op.add_column("api_tokens", sa.Column("reads_only", sa.Boolean()))
