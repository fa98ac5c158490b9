"""The letters that prove each move, and the keys that check them."""

import sqlalchemy as sa
from alembic import op

from shared.messaging.letter_tables import add_keys, add_letters

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Keys, letters, the chain, and what organisations sign with."""
    add_keys()
    add_letters()
    op.add_column("organisations", sa.Column("signing_key", sa.Text()))
