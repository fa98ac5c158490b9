"""Who stands in for whom while somebody is away: sees what they work on, and is called in their place."""

from dataclasses import dataclass
from datetime import datetime, timedelta

LONGEST = timedelta(days=60)  #: that one naming lasts


@dataclass(frozen=True)
class Deputy:
    """Somebody (``username``) is away from ``since`` until ``until``; all are user names."""

    username: str
    deputy: str
    since: datetime
    until: datetime
    named_by: str

    def stands_in(self, at: datetime) -> bool:
        """Whether it is that time."""
        return self.since <= at < self.until
