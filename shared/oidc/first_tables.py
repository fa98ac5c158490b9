"""The tables of an organisation's accounts as the migration that brings them makes them; changes are of their own."""

import sqlalchemy as sa
from alembic import op

MOMENT = sa.DateTime(timezone=True)


def create_oidc_tables() -> None:
    """Whose which account is, and sign-ins that are under way there."""
    op.create_table(
        "oidc_subjects",
        sa.Column("subject_sha256", sa.String(64), primary_key=True),
        sa.Column("username", sa.String(200), nullable=False, unique=True),
        sa.Column("bound_at", MOMENT, nullable=False),
    )
    op.create_table(
        "oidc_begun",
        sa.Column("token_sha256", sa.String(64), primary_key=True),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("username", sa.String(200)),
        sa.Column("begun_at", MOMENT, nullable=False),
    )
