"""The tables of the link to the network: how fresh the directory is, and round trips that try the link.

Nothing in them is about a person.
"""

from sqlalchemy import Column, Integer, Table, Uuid

from services.intake.storage.tables import CODE, ORG, metadata
from shared.database import Moment
from shared.messaging.brake import add_brake_table

# One row. ``fresh_at`` is the moment of which it is known that the directory here was the newest, never in the
# future of this node's clock when it was heard; ``asked_at`` is when a newer one that never came was asked for.
word_of_hub = Table(
    "word_of_hub",
    metadata,
    Column("one", Integer, primary_key=True),
    Column("fresh_at", Moment, nullable=False),
    Column("asked_at", Moment),
)

# ``seen_by_hub_at`` and ``answered_at`` are by the hub's clock, ``seen_by_peer_at`` by the peer's, all others by ours.
round_trips = Table(
    "round_trips",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("to_org", ORG, nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("outcome", CODE),
    Column("seen_by_hub_at", Moment),
    Column("heard_of_hub_at", Moment),
    Column("seen_by_peer_at", Moment),
    Column("answered_at", Moment),
    Column("read_at", Moment),
)

taken = add_brake_table(metadata)
