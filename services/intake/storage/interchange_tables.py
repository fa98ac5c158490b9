"""The tables of what comes from the organisation's other systems, and what has come already."""

from sqlalchemy import Column, LargeBinary, Table, Uuid

from services.intake.storage.tables import CODE, NAME, ORG, metadata
from shared.database import Moment

# What came as a bundle and waits for a person, or became a case. Its content goes with the case.
imports = Table(
    "imports",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("org", ORG, nullable=False),
    Column("came_at", Moment, nullable=False),
    Column("came_by", NAME, nullable=False),
    Column("state", CODE, nullable=False, index=True),
    Column("person_id", Uuid, index=True),
    Column("case_id", Uuid, index=True),
    Column("settled_by", NAME),
    Column("settled_at", Moment),
    Column("data_key", LargeBinary),
    Column("sealed", LargeBinary),
)

# By what a case or a referral is called where it came from, blindly, so that it comes in once.
import_sources = Table(
    "import_sources",
    metadata,
    Column("source", LargeBinary, primary_key=True),
    Column("case_id", Uuid, nullable=False),
    Column("came_at", Moment, nullable=False),
)
