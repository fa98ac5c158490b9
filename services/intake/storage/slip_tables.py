"""The tables of printed codes and of the visits with them. A copy of them opens nothing: they hold keyed hashes."""

from sqlalchemy import Boolean, Column, ForeignKey, LargeBinary, String, Table, Uuid

from services.intake.storage.flags import flagged
from services.intake.storage.tables import CODE, NAME, metadata
from shared.database import Moment
from shared.sessions import add_session_table

# ``code_index`` is empty once the code opens nothing any more; ``sealed`` is what it is made anew from, then too.
slips = Table(
    "slips",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("person_id", Uuid, ForeignKey("people.id"), nullable=False, index=True),
    Column("code_index", LargeBinary, unique=True),
    Column("sealed", LargeBinary),
    Column("holder", CODE, nullable=False),
    Column("language", String(2), nullable=False),
    Column("names", Boolean, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("made_by", NAME, nullable=False),
    Column("until", Moment, nullable=False),
    Column("unseen", Boolean, nullable=False),
    flagged("slips", "unseen"),
)

visits = add_session_table(metadata, "slip_visits")  #: whose ``username`` is the slip's id
