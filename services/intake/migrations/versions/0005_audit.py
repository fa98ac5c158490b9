"""Who did what: the audit's entries, its checkpoints, their witnesses, and what this node witnesses of others."""

import sqlalchemy as sa
from alembic import op

from shared.messaging.witness_tables import create_witness_table

revision = "0005"
down_revision = "0004"

MOMENT = sa.DateTime(timezone=True)
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Four new tables; what was done before is not known."""
    _entries()
    _checkpoints()
    create_witness_table()


def _entries() -> None:
    op.create_table(
        "audit_entries",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("username", sa.String(60), nullable=False),
        sa.Column("action", sa.String(60), nullable=False),
        sa.Column("via", sa.String(60), nullable=False),
        sa.Column("person_id", sa.Uuid()),
        sa.Column("case_id", sa.Uuid()),
        sa.Column("referral_id", sa.Uuid()),
        sa.Column("member", sa.String(60)),
        sa.Column("number", NUMBER),
        sa.Column("hash", sa.String(64)),
    )
    for column in ("at", "person_id", "referral_id"):
        op.create_index(f"ix_audit_entries_{column}", "audit_entries", [column])
    op.create_index("ix_audit_entries_number", "audit_entries", ["number"], unique=True)


def _checkpoints() -> None:
    op.create_table(
        "audit_checkpoints",
        sa.Column("number", NUMBER, primary_key=True, autoincrement=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "audit_witnesses",
        sa.Column("number", NUMBER, primary_key=True, autoincrement=False),
        sa.Column("witness", sa.String(31), primary_key=True),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
    )
