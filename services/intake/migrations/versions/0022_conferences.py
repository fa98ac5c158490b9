"""Case conferences, ours and those to which we are invited."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Five new tables; nothing that is there changes."""
    op.create_table(
        "conferences",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("org", sa.String(31), nullable=False),
        sa.Column("from_org", sa.String(31), nullable=False),
        sa.Column("case_id", sa.Uuid(), sa.ForeignKey("cases.id")),
        sa.Column("opened_by", sa.String(60)),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("closed_at", MOMENT),
        sa.Column("ended_at", MOMENT),
        sa.Column("erased_at", MOMENT),
        sa.Column("unseen", sa.Boolean(), nullable=False),
        sa.Column("data_key", sa.LargeBinary()),
    )
    op.create_index("ix_conferences_case_id", "conferences", ["case_id"])
    _acts()
    _people()


def _acts() -> None:
    op.create_table(
        "conference_acts",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("conference_id", sa.Uuid(), sa.ForeignKey("conferences.id"), nullable=False),
        sa.Column("kind", sa.String(60), nullable=False),
        sa.Column("org", sa.String(31), nullable=False),
        sa.Column("by", sa.String(60)),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("sealed", sa.LargeBinary()),
    )
    op.create_index("ix_conference_acts_conference_id", "conference_acts", ["conference_id"])
    op.create_table(
        "conference_deliveries",
        sa.Column("act_id", sa.Uuid(), sa.ForeignKey("conference_acts.id"), primary_key=True),
        sa.Column("to_org", sa.String(31), primary_key=True),
        sa.Column("outcome", sa.String(60)),
    )


def _people() -> None:
    op.create_table(
        "conference_members",
        sa.Column("conference_id", sa.Uuid(), sa.ForeignKey("conferences.id"), primary_key=True),
        sa.Column("org", sa.String(31), primary_key=True),
        sa.Column("departed_at", MOMENT),
    )
    op.create_table(
        "conference_workers",
        sa.Column("conference_id", sa.Uuid(), sa.ForeignKey("conferences.id"), primary_key=True),
        sa.Column("username", sa.String(60), primary_key=True),
    )
