"""Sign-in with an organisation's account."""

from shared.oidc.first_tables import create_oidc_tables

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    create_oidc_tables()
