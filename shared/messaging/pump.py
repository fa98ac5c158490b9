"""The heart of a service: one loop that relays, takes, delivers and acknowledges over one link."""

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TypeVar

import structlog

from shared import metrics
from shared.failpoints import reached
from shared.messaging.delivery import DATABASE_AWAY, Delivery
from shared.messaging.errors import LinkLost, Misconfigured
from shared.messaging.link import Link
from shared.messaging.message import Incoming
from shared.messaging.relay import Relay

T = TypeVar("T")

log = structlog.get_logger()

BATCH = 200  #: the most messages in one transaction
WAIT = 0.5  #: seconds to wait for a message, at the most, before seeing whether to stop
LOOK_AGAIN = 1.0  #: seconds between two looks for what is kept and due
LONGEST_PAUSE = 5.0  #: seconds between tries while the broker or the database is away
QUIET = 0.03  #: seconds after a batch in which the next one counts as load
FEW = 10  #: messages in a batch, below which it does not
LINGER = 4  #: times as long as the last batch took, so that under load four fifths of the processor are left to others
LONGEST_LINGER = 0.02  #: seconds
DRAIN_WAIT = 0.01  #: seconds without news after which a stopping service believes that there are no more
DRAIN = 20.0  #: seconds a stopping service waits for confirms


@dataclass
class Pump:
    """Runs one service's messages until it is told to stop, through any number of lost links."""

    connect: Callable[[], Link]
    delivery: Delivery
    relay: Relay
    sleep: Callable[[float], None] = time.sleep
    look_again: float = LOOK_AGAIN
    stopping: bool = field(default=False, init=False)
    linked: bool = field(default=False, init=False)
    _next_look: float = field(default=0.0, init=False)
    _ended: float = field(default=0.0, init=False)
    _took: float = field(default=0.0, init=False)
    _came: int = field(default=0, init=False)

    def run(self) -> None:
        """Connect, work, and connect again; returns after ``stop``. Raises Misconfigured if it never was connected."""
        pause, worked = 0.1, False
        while not self.stopping:
            try:
                self._session()
            except Misconfigured:
                if not (worked or self.linked):
                    raise
                metrics.LINKS_LOST.inc()
                log.exception("link.misconfigured")
            except LinkLost as error:
                metrics.LINKS_LOST.inc()
                log.warning("link.lost", reason=str(error), retry_in=round(pause, 1))
            worked = worked or self.linked
            pause = 0.1 if self.linked else min(pause * 2, LONGEST_PAUSE)
            self.linked = False
            if not self.stopping:
                self.sleep(pause)

    def stop(self) -> None:
        """Finish what was taken, wait for what was published, then end."""
        self.stopping = True

    def _session(self) -> None:
        link = self.connect()
        politely = False
        try:
            self.linked = True
            metrics.LINK_UP.set(1)
            log.info("link.up", queue=self.delivery.queue)
            while not self.stopping:
                self.step(link, WAIT)
            self._drain(link)
            politely = True
        finally:
            metrics.LINK_UP.set(0)
            self.relay.link_lost()
            with suppress(LinkLost):
                link.close(politely=politely)

    def step(self, link: Link, wait: float) -> bool:
        """One turn of the loop; tells whether anything was done."""
        sent = self._while_database_is_away(link, lambda: self.relay.send_due(link))
        wanted = 0 if self.relay.is_behind else BATCH
        batch = link.take(wanted, 0 if sent else min(wait, self.relay.until_next_look(link)), self._linger())
        self.relay.note(link)
        if batch:
            self._deliver(link, batch)
        elif self.relay.has_many_answers or (self.relay.has_answers and not sent):
            self._while_database_is_away(link, self._write_answers)
        tried = self._try_again(link)
        return bool(sent or batch or tried)

    def _deliver(self, link: Link, batch: Sequence[Incoming]) -> None:
        began = time.monotonic()
        also = self.relay.write_answers if self.relay.has_answers else None
        self._while_database_is_away(link, lambda: self.delivery.deliver(batch, also))
        reached("pump.delivered")
        link.acknowledge(batch)
        reached("pump.acknowledged")
        self._ended = time.monotonic()
        self._took, self._came = self._ended - began, len(batch)

    def _try_again(self, link: Link) -> int:
        """What is kept and due; returns how many."""
        if self.stopping or self.relay.is_behind or time.monotonic() < self._next_look:
            return 0
        tried = self._while_database_is_away(link, self.delivery.deliver_again)
        self._next_look = 0.0 if tried else time.monotonic() + self.look_again
        return tried

    def _linger(self) -> float:
        """Under load wait for more: larger batches cost less a message.

        After a quiet moment nothing lingers, nor after a few messages, so that one alone is not kept waiting: what
        had waited once would come close behind the last, and so wait ever after.
        """
        under_load = self._came >= FEW and time.monotonic() - self._ended < QUIET
        return min(LINGER * self._took, LONGEST_LINGER) if under_load else 0.0

    def _write_answers(self) -> None:
        with self.delivery.database.transaction(may_be_forgotten=True) as tx:  # then they are sent once more
            self.relay.write_answers(tx)

    def _while_database_is_away(self, link: Link, do: Callable[[], T]) -> T:
        """Try until the database works again; meanwhile nothing is taken, and the link is kept alive."""
        pause = 0.05
        while True:
            try:
                return do()
            except DATABASE_AWAY as error:
                if self.stopping:
                    raise LinkLost("stopped while the database was away") from None
                metrics.DATABASE_AWAY.inc()
                log.warning("database.away", reason=type(error).__name__, retry_in=round(pause, 2))
                self.sleep(pause)
                link.take(0, 0)
                pause = min(pause * 2, LONGEST_PAUSE)

    def _drain(self, link: Link) -> None:
        link.stop_taking()
        end = time.monotonic() + DRAIN
        while time.monotonic() < end:
            busy = self.step(link, DRAIN_WAIT)
            if not busy and not link.open_publishes and not self.relay.has_answers:
                return
