"""The tables of the audit: its entries, the node's signed checkpoints, who witnessed them, and those of others.

Nothing in them is personal: ids, user names, codes, moments and signatures.
"""

from sqlalchemy import Column, Index, LargeBinary, String, Table, Uuid

from services.intake.storage.tables import CODE, NAME, ORG, metadata
from shared.database import BigId, Moment
from shared.messaging.witness import add_witness_table

# ``number`` and ``hash`` are the entry's place in the chain, which the worker gives it within seconds.
entries = Table(
    "audit_entries",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("at", Moment, nullable=False, index=True),
    Column("username", NAME, nullable=False),
    Column("action", CODE, nullable=False),
    Column("via", CODE, nullable=False),
    Column("person_id", Uuid, index=True),
    Column("case_id", Uuid),
    Column("referral_id", Uuid, index=True),
    Column("member", NAME),
    Column("number", BigId),
    Column("hash", String(64)),
    Index("ix_audit_entries_number", "number", unique=True),
)

checkpoints = Table(
    "audit_checkpoints",
    metadata,
    Column("number", BigId, primary_key=True, autoincrement=False),
    Column("hash", String(64), nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("text", LargeBinary, nullable=False),
    Column("signature", LargeBinary, nullable=False),
)

witnesses = Table(
    "audit_witnesses",
    metadata,
    Column("number", BigId, primary_key=True, autoincrement=False),
    Column("witness", ORG, primary_key=True),
    Column("text", LargeBinary, nullable=False),
    Column("signature", LargeBinary, nullable=False),
)

witnessed = add_witness_table(metadata)
