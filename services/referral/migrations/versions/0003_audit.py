"""What the hub witnesses of the nodes' audits."""

from shared.messaging.witness_tables import create_witness_table

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """One table."""
    create_witness_table()
