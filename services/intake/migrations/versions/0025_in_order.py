"""What a start page shows lies in the order in which it is shown, and a referral names the person."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"

UNMET = sa.text("state IN ('open', 'planned')")
OF_THE_CASE = """
    UPDATE referrals SET person_id = (SELECT cases.person_id FROM cases WHERE cases.id = referrals.case_id)
    WHERE case_id IS NOT NULL
"""


def upgrade() -> None:
    """A column, filled from the cases, and indexes."""
    op.add_column("referrals", sa.Column("person_id", sa.Uuid()))
    op.execute(OF_THE_CASE)
    op.drop_index("ix_referrals_news", "referrals")
    _in_order_of_sending("unseen")
    for late in ("overdue_acknowledgement", "overdue_reply"):
        op.drop_index(f"ix_referrals_{late}", "referrals")
        _in_order_of_sending(late)
    op.drop_index("ix_needs_planned_on", "needs")
    op.create_index(
        "ix_needs_unmet", "needs", ["planned_on", "id"], sqlite_where=UNMET, postgresql_where=UNMET
    )


def _in_order_of_sending(flag: str) -> None:
    name, of_sqlite, of_postgres = f"ix_referrals_{flag}", sa.text(f"{flag} = 1"), sa.text(flag)
    op.create_index(
        name, "referrals", ["sent_at", "id"], sqlite_where=of_sqlite, postgresql_where=of_postgres
    )
