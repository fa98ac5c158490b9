"""The keys that check what is said."""

from shared.messaging.letter_tables import add_keys

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Keys."""
    add_keys()
