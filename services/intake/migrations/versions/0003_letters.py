"""The letters that prove each move, and the keys that check them."""

from shared.messaging.letter_tables import add_keys, add_letters

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Keys, letters, and the chain."""
    add_keys()
    add_letters()
