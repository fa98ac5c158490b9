"""Where a browser is told something: an address at a push service, and the keys that only this browser has."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

MOST_BROWSERS = 5  #: of one person; a newer one takes the place of the oldest


@dataclass(frozen=True)
class Subscription:
    """What a browser gives to be told by (Push API). ``endpoint`` is empty where it cannot be read any more."""

    id: UUID
    username: str
    endpoint: str
    p256dh: str
    auth: str
    made_at: datetime
