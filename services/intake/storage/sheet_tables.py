"""The table of the sheets of people's files: what was written lies sealed with the person's data key."""

from sqlalchemy import Column, Date, ForeignKey, Index, LargeBinary, Table, Uuid, text

from services.intake.storage.tables import CODE, NAME, metadata
from shared.database import Moment

IS_DUE = text("due_on IS NOT NULL AND done_on IS NULL")

sheets = Table(
    "sheets",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("person_id", Uuid, ForeignKey("people.id"), nullable=False, index=True),
    Column("case_id", Uuid, ForeignKey("cases.id"), index=True),
    Column("kind", CODE, nullable=False),
    Column("at", Moment, nullable=False),
    Column("by", NAME, nullable=False),
    Column("due_on", Date),
    Column("done_on", Date),
    Column("sealed", LargeBinary),
    Index("ix_sheets_due_on", "due_on", sqlite_where=IS_DUE, postgresql_where=IS_DUE),
)
