"""The case: what is written about it in sheets, its risk, and its plan."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

MOMENT = sa.DateTime(timezone=True)
CODE = sa.String(60)


def upgrade() -> None:
    """One new table, and columns that are empty for what is there: nothing of it is known."""
    _sheets()
    for name in ("identified_by", "risk"):
        op.add_column("cases", sa.Column(name, CODE))
    op.add_column("cases", sa.Column("immediate_risk", sa.Boolean()))
    for name in ("how", "outcome"):
        op.add_column("needs", sa.Column(name, CODE))
    op.add_column("needs", sa.Column("planned_on", sa.Date()))
    op.create_index("ix_needs_planned_on", "needs", ["planned_on"])


def _sheets() -> None:
    op.create_table(
        "sheets",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("person_id", sa.Uuid(), sa.ForeignKey("people.id"), nullable=False),
        sa.Column("case_id", sa.Uuid(), sa.ForeignKey("cases.id")),
        sa.Column("kind", CODE, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by", CODE, nullable=False),
        sa.Column("due_on", sa.Date()),
        sa.Column("done_on", sa.Date()),
        sa.Column("sealed", sa.LargeBinary()),
    )
    for column in ("person_id", "case_id"):
        op.create_index(f"ix_sheets_{column}", "sheets", [column])
    due = sa.text("due_on IS NOT NULL AND done_on IS NULL")
    op.create_index("ix_sheets_due_on", "sheets", ["due_on"], sqlite_where=due, postgresql_where=due)
