"""The table of the API's tokens, made anew by the migration that gives each an end."""

from datetime import timedelta

import sqlalchemy as sa
from alembic import op

from shared.clock import now

MOMENT = sa.DateTime(timezone=True)


def give_an_end(*, sha256: str, issued_at: str) -> None:
    """What was made before lasts a year from now: no system stops at the upgrade. The columns as they were called."""
    columns = [sa.column(sha256), sa.column("username"), sa.column(issued_at, MOMENT)]
    kept = op.get_bind().execute(sa.select(*columns).select_from(sa.table("api_tokens"))).all()
    op.drop_table("api_tokens")
    table = op.create_table(
        "api_tokens",
        sa.Column("sha256", sa.String(64), primary_key=True),
        sa.Column("username", sa.String(200), nullable=False),
        sa.Column("purpose", sa.String(60), nullable=False),
        sa.Column("issued_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
    )
    ends_at = now() + timedelta(days=365)
    rows = [(*row, "", ends_at) for row in kept]
    names = ("sha256", "username", "issued_at", "purpose", "ends_at")
    op.bulk_insert(table, [dict(zip(names, row, strict=True)) for row in rows])
