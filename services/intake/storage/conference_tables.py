"""The tables of case conferences, ours and those to which we are invited. What was said lies sealed."""

from sqlalchemy import Boolean, Column, ForeignKey, Integer, LargeBinary, Table, Uuid

from services.intake.storage.tables import CODE, NAME, ORG, metadata
from shared.database import Moment

conferences = Table(
    "conferences",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("org", ORG, nullable=False),
    Column("from_org", ORG, nullable=False),
    Column("case_id", Uuid, ForeignKey("cases.id"), index=True),
    Column("opened_by", NAME),
    Column("opened_at", Moment, nullable=False),
    Column("ends_at", Moment, nullable=False),
    *(Column(name, Moment) for name in ("closed_at", "ended_at", "erased_at")),
    Column("unseen", Boolean, nullable=False),
    Column("data_key", LargeBinary),
)

# ``number``: as which one an organisation was invited later; 0 for those of the beginning.
conference_members = Table(
    "conference_members",
    metadata,
    Column("conference_id", Uuid, ForeignKey("conferences.id"), primary_key=True),
    Column("org", ORG, primary_key=True),
    Column("departed_at", Moment),
    Column("number", Integer, nullable=False, server_default="0"),
)

conference_acts = Table(
    "conference_acts",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("conference_id", Uuid, ForeignKey("conferences.id"), nullable=False, index=True),
    Column("kind", CODE, nullable=False),
    Column("org", ORG, nullable=False),
    Column("by", NAME),
    Column("at", Moment, nullable=False),
    Column("sealed", LargeBinary),
)

# Of our own acts: to whom each goes, and what became of it there.
conference_deliveries = Table(
    "conference_deliveries",
    metadata,
    Column("act_id", Uuid, ForeignKey("conference_acts.id"), primary_key=True),
    Column("to_org", ORG, primary_key=True),
    Column("outcome", CODE),
)

# Who of us works on one to which we are invited; focal points see all.
conference_workers = Table(
    "conference_workers",
    metadata,
    Column("conference_id", Uuid, ForeignKey("conferences.id"), primary_key=True),
    Column("username", NAME, primary_key=True),
)
