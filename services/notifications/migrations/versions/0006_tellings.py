"""What becomes of a notice for each person, how people want to be told, addresses sealed."""

import sqlalchemy as sa
from alembic import op

from shared.notices.first_tables import add_tellings

revision = "0006"
down_revision = "0005"

MOMENT = sa.DateTime(timezone=True)
GONE = (
    ("mails", "ix_mails_round_id", "round_id"),
    ("notices", "ix_notices_round_id", "round_id"),
    ("notices", "ix_notices_due", "due_at"),
)


def upgrade() -> None:
    """A mail that is under way keeps what is in it; what is in none is shared out anew."""
    _people()
    op.add_column("notices", sa.Column("referral_id", sa.Uuid()))
    op.add_column("notices", sa.Column("dropped_because", sa.String(10)))
    op.add_column("notices", sa.Column("spread_at", MOMENT))
    add_tellings()
    _keep_what_is_under_way()
    for table, index, column in GONE:
        op.drop_index(index, table)
        op.drop_column(table, column)
    op.create_index("ix_notices_waiting", "notices", ["state", "spread_at", "org"])
    op.create_index("ix_notices_of_referral", "notices", ["referral_id", "org"])
    op.create_index("ix_mails_contact_id", "mails", ["contact_id"])


def _people() -> None:
    op.add_column("contact_lists", sa.Column("tells_itself", sa.Boolean()))
    op.add_column("contacts", sa.Column("sealed", sa.LargeBinary()))
    op.add_column("contacts", sa.Column("wishes", sa.JSON()))


def _keep_what_is_under_way() -> None:
    op.execute(
        "INSERT INTO tellings (notice_id, contact_id, org, state, urgent, daily, due_at, mail_id)"
        " SELECT n.id, m.contact_id, n.org, m.state, n.urgent, false, m.due_at, m.id"
        " FROM notices n JOIN mails m ON m.round_id = n.round_id WHERE n.state = 'waiting'"
    )
    op.execute("UPDATE notices SET spread_at = created_at WHERE state = 'waiting' AND round_id IS NOT NULL")
