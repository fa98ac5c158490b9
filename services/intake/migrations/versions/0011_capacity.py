"""Questions about capacity, and the ladder of what is overdue."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

CODE = sa.String(60)
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Ours with their answers, those of others, and where a ladder stands."""
    _questions()
    _deputies()
    op.add_column("own_services", sa.Column("sealed", sa.LargeBinary()))
    for name, type_ in (("rung", CODE), ("rung_at", MOMENT), ("next_rung", CODE), ("next_rung_at", MOMENT)):
        op.add_column("referrals", sa.Column(name, type_))
    op.add_column("referrals", sa.Column("held_until", MOMENT))
    op.add_column("referrals", sa.Column("how_asked_at", MOMENT))


def _deputies() -> None:
    op.create_table(
        "deputies",
        sa.Column("username", sa.String(60), primary_key=True),
        sa.Column("deputy", sa.String(60), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.Column("named_by", sa.String(60), nullable=False),
    )
    op.create_index("ix_deputies_deputy", "deputies", ["deputy"])


def _wanted() -> list[sa.Column[str]]:
    return [
        sa.Column("service_type", sa.String(60), nullable=False),
        sa.Column("urgency", sa.String(60), nullable=False),
        sa.Column("age_band", sa.String(10)),
        sa.Column("gender", sa.String(60)),
        sa.Column("language", sa.String(3)),
        sa.Column("area", sa.String(100)),
    ]


def _questions() -> None:
    op.create_table(
        "questions",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("org", sa.String(31), nullable=False),
        sa.Column("asked_by", sa.String(60), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        *_wanted(),
        sa.Column("answer_by", MOMENT),
    )
    op.create_table(
        "question_replies",
        sa.Column(
            "question_id", sa.Uuid(), sa.ForeignKey("questions.id", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("org", sa.String(31), primary_key=True),
        sa.Column("answer", sa.String(60)),
        sa.Column("by_machine", sa.Boolean(), nullable=False),
        sa.Column("answered_at", MOMENT),
    )
    op.create_table(
        "enquiries",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("org", sa.String(31), nullable=False),
        sa.Column("from_org", sa.String(31), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        *_wanted(),
        sa.Column("answer_by", MOMENT, nullable=False),
        sa.Column("answer", sa.String(60)),
        sa.Column("answered_by", sa.String(60)),
        sa.Column("answered_at", MOMENT),
    )
