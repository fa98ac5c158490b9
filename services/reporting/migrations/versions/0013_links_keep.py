"""A recovery link says whether the second factor stays; one that was made before does not keep it."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """One more column."""
    op.add_column("recovery_links", sa.Column("keeps_second_factor", sa.Boolean()))
