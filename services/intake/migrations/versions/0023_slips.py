"""Printed codes with which people see where their referrals stand, and the visits with them."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Two tables more; nothing that is there changes."""
    op.create_table(
        "slips",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("person_id", sa.Uuid(), sa.ForeignKey("people.id"), nullable=False),
        sa.Column("code_index", sa.LargeBinary()),
        sa.Column("holder", sa.String(60), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("names", sa.Boolean(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("made_by", sa.String(60), nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.Column("unseen", sa.Boolean(), nullable=False),
        sa.UniqueConstraint("code_index", name="uq_slips_code_index"),
    )
    op.create_index("ix_slips_person_id", "slips", ["person_id"])
    op.create_index(
        "ix_slips_unseen",
        "slips",
        ["id"],
        sqlite_where=sa.text("unseen = 1"),
        postgresql_where=sa.text("unseen"),
    )
    op.create_table(
        "slip_visits",
        sa.Column("token_sha256", sa.String(64), primary_key=True),
        sa.Column("username", sa.String(200), nullable=False),
        sa.Column("begun_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.Column("locked_at", MOMENT),
    )
    op.create_index("ix_slip_visits_username", "slip_visits", ["username"])
