"""Sign-in with an organisation's account."""

from shared.oidc.first_tables import create_oidc_tables

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    create_oidc_tables()
