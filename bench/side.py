"""One of those that are compared: processes that do the unit of work, and the effects it must leave."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from bench.effects import Effects
from bench.place import Place
from bench.processes import Processes
from shared.polling import poll_until

CLIENTS = "clients"  #: the name of the process that sends
EACH_PATIENCE = 0.25  #: seconds for a referral on the slowest machine that is worth waiting for
PATIENCE = 60.0  #: seconds for whatever else takes time


@dataclass
class Side:
    """Running and ready. What was sent is counted from its start."""

    processes: Processes
    effects: Effects
    sent: int = field(default=0, init=False)

    def send(self, referrals: int) -> float:
        """Let the clients send that many; returns the seconds from the order until every effect is there."""
        self.sent += referrals
        begun = time.monotonic()
        self.processes.tell(CLIENTS, referrals)
        self._await(self._every_effect, seconds=referrals * EACH_PATIENCE + PATIENCE)
        return time.monotonic() - begun

    def come_to_rest(self) -> None:
        """Wait until nothing is left over and everything has happened exactly once; NotExactlyOnce if that never is.

        Both at one moment: a node also says things of itself, which lie in an outbox for a moment like all others.
        """
        self._await(self._is_at_rest, seconds=PATIENCE)

    def _every_effect(self) -> bool:
        self.processes.refuse_ended()
        return self.effects.are_there(self.sent)

    def _is_at_rest(self) -> bool:
        return self.effects.nothing_is_left() and not self.effects.wrong(self.sent)

    def _await(self, question: Callable[[], bool], *, seconds: float) -> None:
        try:
            poll_until(question, seconds=seconds, what="every effect to be there once")
        except TimeoutError:
            self.effects.check(self.sent)
            raise


@dataclass(frozen=True)
class Load:
    """Who sends: that many clients at once; and whether the receiving node takes in what they send."""

    clients: int = 64
    receiver: bool = False


OpenSide = Callable[[Place, Load], AbstractContextManager[Side]]
