"""A round trip: somebody tries whether word gets to the hub, or to a peer's node, and back."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True)
class RoundTrip:
    """How far it has come. ``outcome`` is the hub's; moments are by the clock of whoever did it."""

    id: UUID
    to_org: str
    started_at: datetime
    outcome: str | None = None
    seen_by_hub_at: datetime | None = None
    heard_of_hub_at: datetime | None = None
    seen_by_peer_at: datetime | None = None
    answered_at: datetime | None = None
    read_at: datetime | None = None
