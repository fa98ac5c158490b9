"""The tables of notices by push: the node's own key, each browser that is told, for what, and what became of it."""

from sqlalchemy import Column, Integer, LargeBinary, Table, Uuid

from services.intake.storage.tables import CODE, NAME, metadata
from shared.database import Moment
from shared.notices.tables import add_notice_tables

pushed = add_notice_tables(metadata, "push_")

# One row. By this key push services know that it is the same node again (RFC 8292).
keys = Table(
    "push_keys",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("sealed", LargeBinary, nullable=False),
)

# Address and keys lie sealed with the storage key; ``address`` stands for the address, so that nobody has it twice.
subscriptions = Table(
    "push_subscriptions",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("username", NAME, nullable=False, index=True),
    Column("address", LargeBinary, nullable=False, unique=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("made_at", Moment, nullable=False),
)

push_wishes = Table(
    "push_wishes",
    metadata,
    Column("username", NAME, primary_key=True),
    Column("kind", CODE, primary_key=True),
    Column("way", CODE, nullable=False),
)
