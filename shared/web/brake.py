"""The brake: whoever reads or writes page after page by machine, with somebody's sign-in or token, does not get far.

Counted in this process alone, and for each person, not for each address: many sit behind one, and addresses are cheap.
"""

import time
from collections.abc import Callable
from math import ceil

from limits import RateLimitItemPerHour, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from shared.web.problems import TOO_OFTEN, Problem

COSTLY = 5  #: requests, as which one counts whose answer takes long to work out
ONCE = RateLimitItemPerHour(1)


class Brake:
    """Lets each person ask so often within any minute; ``note(username)`` is told who was stopped, once an hour."""

    def __init__(self, a_minute: int, note: Callable[[str], None]) -> None:
        self._so_often, self._note = RateLimitItemPerMinute(a_minute), note
        self._counted = MovingWindowRateLimiter(MemoryStorage())

    def count(self, username: str, *, costly: bool = False) -> None:
        """One more request of that person; raises Problem (429, ``too_often``) that says how many seconds to wait."""
        if self._counted.hit(self._so_often, username, cost=COSTLY if costly else 1):
            return
        if self._counted.hit(ONCE, username):
            self._note(username)
        free_at = self._counted.get_window_stats(self._so_often, username).reset_time
        raise Problem(429, "too_often", advice=TOO_OFTEN, wait=max(1, ceil(free_at - time.time())))
