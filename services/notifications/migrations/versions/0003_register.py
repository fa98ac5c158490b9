"""The register of keys."""

from shared.messaging.letter_tables import add_register

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Whose keys are whose is believed by the register only, so what was believed before is forgotten."""
    add_register()
