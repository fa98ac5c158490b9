"""What was said under an id is told apart from something else under the same."""

from shared.messaging.letter_tables import add_contents

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Of messages that were heard before, nothing is known of it."""
    add_contents()
