"""What the audit adds to a service that witnesses: the checkpoints of others."""

import sqlalchemy as sa
from alembic import op


def create_witness_table() -> None:
    """In the referral service and in every node."""
    op.create_table(
        "witnessed_checkpoints",
        sa.Column("org", sa.String(31), primary_key=True),
        sa.Column(
            "number",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
    )
