"""The tables of notices of a node that tells its people itself, and of how each member of staff wants to be told."""

from sqlalchemy import Column, Table

from services.intake.storage.tables import CODE, NAME, metadata
from shared.notices.tables import add_notice_tables

notices = add_notice_tables(metadata)

wishes = Table(
    "notice_wishes",
    metadata,
    Column("username", NAME, primary_key=True),
    Column("kind", CODE, primary_key=True),
    Column("way", CODE, nullable=False),
)
