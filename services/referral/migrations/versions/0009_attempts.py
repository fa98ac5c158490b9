"""What could not be handled yet waits here for another attempt, not at the broker."""

from shared.messaging.letter_tables import add_attempts

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Of each message that is kept: how often it was tried, and when it is tried again."""
    add_attempts()
