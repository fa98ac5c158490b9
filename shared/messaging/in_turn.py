"""A cluster's brokers, one after the other: each link that is lost is followed by one to the next that lets us in."""

from collections import deque
from collections.abc import Callable, Sequence

from shared.messaging.errors import LinkLost, Misconfigured
from shared.messaging.link import Link


class InTurn:
    """Opens a link in one of several ways; the next link begins with the next way.

    So whoever is let in by a broker that then does nothing does not come back to it before it has tried the others.
    """

    def __init__(self, ways: Sequence[Callable[[], Link]]) -> None:
        self._ways = deque(ways)

    def __call__(self) -> Link:
        """The first that opens. Raises LinkLost when none does, or Misconfigured when all refuse us."""
        problems: list[LinkLost | Misconfigured] = []
        for _ in range(len(self._ways)):
            way = self._ways[0]
            self._ways.rotate(-1)
            try:
                return way()
            except (LinkLost, Misconfigured) as problem:
                problems.append(problem)
        if all(isinstance(problem, Misconfigured) for problem in problems):
            raise problems[0]
        raise LinkLost(", ".join(map(str, problems)))
