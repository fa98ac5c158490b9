"""The tables of withdrawn consent and of forwards: codes, dates and organisations, nothing personal."""

from sqlalchemy import JSON, Boolean, Column, Integer, Table, Uuid

from services.intake.storage.tables import CODE, NAME, ORG, metadata
from shared.database import Moment

# Of a referral to us whose consent was withdrawn: what we have erased and keep, as it was said last.
withdrawals = Table(
    "withdrawals",
    metadata,
    Column("referral_id", Uuid, primary_key=True),
    Column("asked_at", Moment, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("receipted_at", Moment, nullable=False),
    Column("received", CODE, nullable=False),
    Column("received_because", CODE),
    Column("own", CODE, nullable=False, index=True),
    Column("own_because", CODE),
    Column("decided_by", NAME),
    Column("decided_at", Moment),
)

# Of a referral of ours whose consent was withdrawn: all who hold something of it, and what each has said.
copies = Table(
    "copies",
    metadata,
    Column("asked_id", Uuid, primary_key=True),
    Column("referral_id", Uuid, primary_key=True),
    Column("org", ORG, nullable=False),
    Column("asked_at", Moment, nullable=False, index=True),
    Column("revision", Integer, nullable=False),
    Column("receipted_at", Moment),
    Column("holdings", JSON, nullable=False),
    Column("has_said", Boolean, nullable=False),
    Column("finished", Boolean, nullable=False),
)

# Of a referral of ours that its receiver forwarded: to whom, and how it stands there.
children = Table(
    "children",
    metadata,
    Column("referral_id", Uuid, primary_key=True),
    Column("child_id", Uuid, primary_key=True),
    Column("to_org", ORG, nullable=False),
    Column("number", Integer, nullable=False),
    Column("state", CODE, nullable=False),
    Column("recorded_at", Moment, nullable=False),
)

# What a person agreed to when we forwarded a referral: who said so, and which fields to whom.
forward_consents = Table(
    "forward_consents",
    metadata,
    Column("referral_id", Uuid, primary_key=True),
    Column("given_by", CODE, nullable=False),
    Column("to_org", ORG, nullable=False),
    Column("fields", JSON, nullable=False),
    Column("given_at", Moment, nullable=False),
    Column("recorded_by", NAME, nullable=False),
)
