"""Who works on which file and referral, what was opened in an emergency, and second factors.

Until now everybody saw everything. From now on a file is its last case's opener's, or else that of whoever registered
the person; a referral that came in is whoever's of our case workers first dealt with it.
"""

import sqlalchemy as sa
from alembic import op

from shared.second_factor_first_tables import create_second_factor_tables

revision = "0002"
down_revision = "0001"

MOMENT = sa.DateTime(timezone=True)
FILE_WORKERS = """
INSERT INTO file_workers (person_id, username)
SELECT people.id, COALESCE(
    (SELECT cases.opened_by FROM cases WHERE cases.person_id = people.id ORDER BY cases.id DESC LIMIT 1),
    people.created_by
) FROM people
"""
REFERRAL_WORKERS = """
INSERT INTO referral_workers (referral_id, username)
SELECT came.id, (
    SELECT moves.made_by FROM moves JOIN staff ON staff.username = moves.made_by
    WHERE moves.referral_id = came.id AND staff.role = 'case_worker' ORDER BY moves.position LIMIT 1
) FROM referrals AS came WHERE came.direction = 'in' AND EXISTS (
    SELECT 1 FROM moves JOIN staff ON staff.username = moves.made_by
    WHERE moves.referral_id = came.id AND staff.role = 'case_worker'
)
"""


def upgrade() -> None:
    _workers()
    _openings()
    create_second_factor_tables()
    op.execute(FILE_WORKERS)
    op.execute(REFERRAL_WORKERS)


def _workers() -> None:
    for table, key, of in (
        ("file_workers", "person_id", "people"),
        ("referral_workers", "referral_id", "referrals"),
    ):
        op.create_table(
            table,
            sa.Column(key, sa.Uuid(), sa.ForeignKey(f"{of}.id", ondelete="CASCADE"), primary_key=True),
            sa.Column("username", sa.String(60), primary_key=True),
            sa.Column("until", MOMENT),
        )
        op.create_index(f"ix_{table}_username", table, ["username"])


def _openings() -> None:
    op.create_table(
        "openings",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("org", sa.String(31), nullable=False),
        sa.Column("username", sa.String(60), nullable=False),
        sa.Column("person_id", sa.Uuid()),
        sa.Column("referral_id", sa.Uuid()),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.Column("reviewed_by", sa.String(60)),
        sa.Column("reviewed_at", MOMENT),
    )
