"""Second factors of coordinators."""

from shared.second_factor_first_tables import create_second_factor_tables

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    create_second_factor_tables()
