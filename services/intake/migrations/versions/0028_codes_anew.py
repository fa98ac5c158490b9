"""What the keyed hash of a printed code is made anew from, under another storage key."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    """Codes of before are found by nothing any more: there are none in a released version."""
    op.add_column("slips", sa.Column("sealed", sa.LargeBinary()))
