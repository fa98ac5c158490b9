"""Sums of contributions and answers to them, what two people decide, the privacy ledger and what is released."""

from collections import Counter

import orjson
import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

MOMENT, PERIOD = sa.DateTime(timezone=True), sa.String(7)


def upgrade() -> None:
    """Five tables more; sums of what was contributed before are made."""
    _counts()
    _releases()
    _sum_up()


def _counts() -> None:
    op.create_table(
        "cube",
        sa.Column("period", PERIOD, primary_key=True),
        sa.Column("name", sa.String(60), primary_key=True),
        sa.Column("codes", sa.String(300), primary_key=True),
        sa.Column("count", sa.Integer(), nullable=False),
    )
    op.create_table(
        "contribution_answers",
        sa.Column("org", sa.String(31), primary_key=True),
        sa.Column("period", PERIOD, primary_key=True),
        sa.Column("revision", sa.Integer(), primary_key=True),
        sa.Column("answer", sa.String(60), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
    )
    op.create_table(
        "proposals",
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("what", sa.String(20), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("asked_by", sa.String(200), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("approved_by", sa.String(200)),
        sa.Column("approved_at", MOMENT),
    )


def _releases() -> None:
    op.create_table(
        "ledger",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("proposal", sa.Integer(), nullable=False),
        sa.Column("period", PERIOD, nullable=False),
        sa.Column("tables", sa.JSON(), nullable=False),
        sa.Column("workbook", sa.Integer(), nullable=False),
        sa.Column("epsilon", sa.Integer(), nullable=False),
        sa.Column("asked_by", sa.String(200), nullable=False),
        sa.Column("approved_by", sa.String(200), nullable=False),
        sa.Column("charged_at", MOMENT, nullable=False),
        sa.Column("organisations", sa.Integer()),
        sa.Column("finished_at", MOMENT),
    )
    op.create_index("ix_ledger_proposal", "ledger", ["proposal"])
    op.create_index("ix_ledger_period", "ledger", ["period"])
    op.create_table(
        "released_cells",
        sa.Column("release_id", sa.Uuid(), primary_key=True),
        sa.Column("name", sa.String(60), primary_key=True),
        sa.Column("codes", sa.String(300), primary_key=True),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.Column("error", sa.Integer(), nullable=False),
        sa.Column("is_small", sa.Boolean(), nullable=False),
    )


def _sum_up() -> None:
    contributions = sa.table("contributions", sa.column("period"), sa.column("cells", sa.JSON()))
    cube = sa.table("cube", *map(sa.column, ("period", "name", "codes", "count")))
    sums: Counter[tuple[str, str, str]] = Counter()
    for period, cells in op.get_bind().execute(sa.select(contributions.c.period, contributions.c.cells)):
        for table, codes, count in cells:
            sums[period, table, orjson.dumps(codes).decode()] += count
    rows = [
        {"period": period, "name": name, "codes": codes, "count": n}
        for (period, name, codes), n in sums.items()
    ]
    if rows:
        op.bulk_insert(cube, rows)
