"""The table of the files of cases: what they are called and what is in them lies sealed with the person's data key."""

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, Table, Uuid

from services.intake.storage.tables import NAME, metadata
from shared.database import Moment

attachments = Table(
    "attachments",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("person_id", Uuid, ForeignKey("people.id"), nullable=False, index=True),
    Column("case_id", Uuid, ForeignKey("cases.id"), nullable=False, index=True),
    Column("at", Moment, nullable=False),
    Column("by", NAME, nullable=False),
    Column("size", Integer, nullable=False),
    Column("sealed", LargeBinary),
    Column("content", LargeBinary),  # last, so that a list need not read past it
)
