"""Sign-in with an organisation's account: whose which one is, and sign-ins that are under way there."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Two new tables."""
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
