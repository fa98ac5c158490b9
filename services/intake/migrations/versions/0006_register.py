"""The register of keys."""

from alembic import op

from shared.messaging.letter_tables import add_register

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Whose keys are whose is believed by the register only; whom we knew before it may still speak as it did."""
    add_register()
    op.execute(
        "insert into keys (party, sealing, version) "
        "select org, public_key, 0 from partners where public_key is not null"
    )
