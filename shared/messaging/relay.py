"""Carry committed outbox rows to the broker, oldest first, at least once, and forget what it confirmed."""

import time
from collections import deque
from collections.abc import Sequence
from datetime import timedelta
from math import inf
from uuid import UUID

import structlog

from shared import metrics, tracing
from shared.database import Database, Transaction
from shared.failpoints import reached
from shared.messaging.link import Link
from shared.messaging.message import Outgoing
from shared.messaging.outbox import Outbox
from shared.messaging.scribe import reader_of

log = structlog.get_logger()

AT_ONCE = 500  #: rows claimed, and published, in one go
FEW = 10  #: rows found, below which nobody seems to be in a hurry, and more may come one by one
ATTENTIVE = 1.0  #: seconds after a few rows, in which the table is looked at four times as often
WINDOW = 2_000  #: unanswered publishes, above which nothing more is published
REFUSED_AGAIN = timedelta(seconds=5)  #: when to offer again what the broker would not take


class Relay:
    """The sending half of a service. Rows of this process come by ``offer``, all others by asking the table."""

    def __init__(self, database: Database, outbox: Outbox, *, poll: float = 0.02) -> None:
        self.database, self.outbox, self.poll = database, outbox, poll
        self._offered: deque[Outgoing] = deque()
        self._confirmed: set[UUID] = set()
        self._refused: set[UUID] = set()
        self._awaiting: set[UUID] = (
            set()
        )  #: published and kept until their receipt, so a confirm changes nothing
        self._next_look = self._attentive_until = 0.0
        outbox.hand_over = self._offered.extend

    def send_due(self, link: Link) -> int:
        """Publish what has been offered, and then what the table holds due; returns how many."""
        if not _has_room(link):
            return 0
        offered = [self._offered.popleft() for _ in range(min(len(self._offered), AT_ONCE))]
        return self._publish(link, offered) + self._publish(link, self._claimed())

    def _publish(self, link: Link, messages: Sequence[Outgoing]) -> int:
        if messages:
            with tracing.span("relay", count=len(messages)):
                self._hand_to(link, messages)
        return len(messages)

    def _hand_to(self, link: Link, messages: Sequence[Outgoing]) -> None:
        reached("relay.claimed")
        if self.outbox.has_scribe:
            self.outbox.scribe.book.learn(self.database, {reader_of(message) for message in messages})
        self._awaiting |= {message.id for message in messages if message.awaits}
        link.publish(messages)
        metrics.PUBLISHED.inc(len(messages))
        reached("relay.published")
        if tracing.is_on():
            for message in messages:
                tracing.mark("event.sent", message_id=str(message.id))

    def until_next_look(self, link: Link) -> float:
        """Seconds until something is to be sent; without end where the broker must answer before."""
        if not _has_room(link):
            return inf
        return 0.0 if self._offered else max(0.0, self._next_look - time.monotonic())

    @property
    def is_behind(self) -> bool:
        """Whether so much waits to be sent that what is said to more that is heard would only wait here, in memory."""
        return len(self._offered) > AT_ONCE

    def _claimed(self) -> list[Outgoing]:
        moment = time.monotonic()
        if moment < self._next_look:
            return []
        self._next_look = moment + (self.poll / 4 if moment < self._attentive_until else self.poll)
        with self.database.reading() as tx:
            if not self.outbox.anything_due(tx):
                return []
        with self.database.transaction(may_be_forgotten=True) as tx:  # then it is sent once more
            claimed = self.outbox.claim_due(tx, AT_ONCE)
        if len(claimed) == AT_ONCE:
            self._next_look = 0.0  # there is more
        elif len(claimed) < FEW:
            self._attentive_until = moment + ATTENTIVE
        return claimed

    def note(self, link: Link) -> None:
        """Collect the broker's answers; they are written with the next transaction."""
        if answers := link.settled():
            reached("relay.confirmed")
        self._confirmed |= answers.confirmed - self._awaiting
        self._awaiting -= answers.confirmed | answers.refused
        self._refused |= answers.refused
        if answers.refused:
            metrics.REFUSED_BY_BROKER.inc(len(answers.refused))
            log.warning("outbox.refused_by_broker", count=len(answers.refused))

    def write_answers(self, tx: Transaction) -> None:
        """Write the collected answers; they are kept until the transaction has committed."""
        confirmed, refused = frozenset(self._confirmed), frozenset(self._refused)
        if confirmed:
            self.outbox.confirmed(tx, confirmed)
        if refused:
            self.outbox.refused(tx, refused, after=REFUSED_AGAIN)
        tx.after_commit.append(lambda: self._written(confirmed, refused))

    def _written(self, confirmed: frozenset[UUID], refused: frozenset[UUID]) -> None:
        self._confirmed -= confirmed
        self._refused -= refused

    @property
    def has_answers(self) -> bool:
        """Whether answers wait to be written."""
        return bool(self._confirmed or self._refused)

    @property
    def has_many_answers(self) -> bool:
        """Whether so many wait that they must be written now, or their rows come due and are sent once more."""
        return len(self._confirmed) + len(self._refused) >= AT_ONCE

    def link_lost(self) -> None:
        """Forget what was offered: its rows come due again by themselves."""
        self._offered.clear()
        self._awaiting.clear()


def _has_room(link: Link) -> bool:
    return not link.blocked and link.open_publishes < WINDOW
