"""How old the hub's newest word on our directory may be, and what a node no longer does when it is older."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum

WARN_AFTER = timedelta(hours=24)
NOBODY_NEW_AFTER = timedelta(hours=72)
NOTHING_NEW_AFTER = timedelta(days=14)


class Staleness(IntEnum):
    """The later ones include the earlier. Receiving and moves on what was sent always go on."""

    FRESH = 0
    OLD = 1  #: people are warned
    NOBODY_NEW = 2  #: nothing is sent to an organisation that nothing was sent to before
    NOTHING_NEW = 3  #: no new referral is sent


@dataclass(frozen=True)
class Freshness:
    """``fresh_at`` is the moment of which it is known that our directory was the newest; None before any is counted."""

    fresh_at: datetime | None
    staleness: Staleness

    @classmethod
    def at(cls, fresh_at: datetime | None, now: datetime) -> "Freshness":
        """As it is now; a moment in the future is no fresher than now."""
        age = now - fresh_at if fresh_at else timedelta(0)
        limits = (WARN_AFTER, NOBODY_NEW_AFTER, NOTHING_NEW_AFTER)
        return cls(fresh_at, Staleness(sum(age >= limit for limit in limits)))
