"""What is overdue, and cases at immediate risk, are found by an index, however much there is."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

FLAGS = (
    ("referrals", "overdue_acknowledgement"),
    ("referrals", "overdue_reply"),
    ("cases", "immediate_risk"),
)


def upgrade() -> None:
    """Of those few that are so."""
    for table, flag in FLAGS:
        for_sqlite, for_postgresql = sa.text(f"{flag} = 1"), sa.text(flag)
        op.create_index(
            f"ix_{table}_{flag}", table, ["id"], sqlite_where=for_sqlite, postgresql_where=for_postgresql
        )
