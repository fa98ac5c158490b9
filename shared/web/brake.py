"""The brake: whoever reads or writes page after page by machine, with somebody's sign-in or token, does not get far.

Counted in this process alone, and for each person, not for each address: many sit behind one, and addresses are cheap.
"""

import time
from collections.abc import Callable
from math import ceil
from typing import Any

from limits import RateLimitItemPerHour, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from shared.web.problems import TOO_OFTEN, Problem

COSTLY = 5  #: requests, as which one counts whose answer takes long to work out
ONCE = RateLimitItemPerHour(1)


class Brake:
    """Lets each person ask so often within any minute; ``stopped(actor)`` is told who could not, once an hour."""

    def __init__(self, a_minute: int, stopped: Callable[[Any], None]) -> None:
        self._so_often, self._stopped = RateLimitItemPerMinute(a_minute), stopped
        self._counted = MovingWindowRateLimiter(MemoryStorage())

    def count(self, actor: Any, *, costly: bool = False) -> None:
        """One more request of that person; raises Problem (429, ``too_often``) that says how many seconds to wait."""
        username: str = actor.username
        if self._counted.hit(self._so_often, username, cost=COSTLY if costly else 1):
            return
        if self._counted.hit(ONCE, username):
            self._stopped(actor)
        free_at = self._counted.get_window_stats(self._so_often, username).reset_time
        raise Problem(429, "too_often", advice=TOO_OFTEN, wait=max(1, ceil(free_at - time.time())))
