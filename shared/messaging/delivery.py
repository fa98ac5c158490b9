"""The journey of received messages, told once for all services: open, hear, handle, commit."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import structlog
from sqlalchemy import Table
from sqlalchemy.exc import InterfaceError, OperationalError

from shared import metrics, tracing
from shared.database import Database, Transaction
from shared.failpoints import reached
from shared.messaging import inbox, parked
from shared.messaging.errors import Refused, Unready
from shared.messaging.inbox import Heard
from shared.messaging.keybook import Once, parties_of
from shared.messaging.message import Incoming, Key, Message, Trust, open_message
from shared.messaging.parked import SAID_OTHERWISE
from shared.messaging.scribe import Scribe
from shared.messaging.topology import ATTEMPTS

log = structlog.get_logger()

DATABASE_AWAY = (
    OperationalError,
    InterfaceError,
)  #: down, locked, full: consuming pauses, nothing is charged


class Outcome(StrEnum):
    """What becomes of a message; decided here and nowhere else."""

    DONE = "done"  #: handled and committed: acknowledge
    DUPLICATE = "duplicate"  #: had its effect before: answered again, acknowledge
    RETRY = "retry"  #: the world was not ready: through the retry ladder, then here again
    PARKED = "parked"  #: will not succeed alone: kept for a person, acknowledge


@dataclass(frozen=True)
class Batch:
    """What a handler is given: messages that are new, and repeats to answer again without a new effect.

    ``left_out``: those that a handler could not take, by sender and id, and why.
    """

    fresh: Sequence[Message]
    repeated: Sequence[Message] = ()
    left_out: dict[Key, Exception] = field(default_factory=dict)

    def each(self, messages: Sequence[Message], do: Callable[[Message], object]) -> None:
        """Do it with each; one that is refused or not ready is left out, and the others have their effect.

        So ``do`` raises Refused or Unready before it has changed anything.
        """
        for message in messages:
            if message.key in self.left_out:
                continue
            try:
                do(message)
            except (Refused, Unready) as error:
                self.left_out[message.key] = error


Handler = Callable[[Transaction, Batch], None]
Pair = tuple[Incoming, Message]  #: as it came, and opened
SUCCESS = {Heard.NEW: Outcome.DONE, Heard.AGAIN: Outcome.DUPLICATE}


@dataclass(frozen=True)
class Delivery:
    """Delivers batches of one queue to one handler."""

    queue: str
    database: Database
    inbox: Table
    parked: Table
    handler: Handler
    scribe: Scribe | None = None

    def deliver(
        self, batch: Sequence[Incoming], also: Callable[[Transaction], None] | None = None
    ) -> list[Outcome]:
        """Handle the batch in one transaction, committed on return; a failing message is taken out and tried alone.

        ``also`` is done in the first transaction. Raises one of DATABASE_AWAY when the database cannot work
        now: nothing has happened to what is not yet committed, and the batch is to be delivered again.
        """
        with tracing.span("delivery", count=len(batch)), metrics.BATCH_SECONDS.time():
            opened, unreadable = self._open(batch)
            reached("delivery.opened")
            outcomes = self._cannot(unreadable)
            outcomes |= self._attempt(opened, also)
            became = [outcomes[incoming.tag] for incoming in batch]
            _tell(batch, became)
        return became

    def _open(
        self, batch: Sequence[Incoming]
    ) -> tuple[list[tuple[Incoming, Message]], list[tuple[Incoming, Refused | Unready]]]:
        opened, unreadable = [], []
        trust = self._trust(batch)
        for incoming in batch:
            try:
                opened.append((incoming, open_message(incoming, trust)))
            except (Refused, Unready) as refused:
                unreadable.append((incoming, refused))
        return opened, unreadable

    def _trust(self, batch: Sequence[Incoming]) -> Trust | None:
        if self.scribe is None:
            return None
        self.scribe.book.learn(self.database, {party for incoming in batch for party in parties_of(incoming)})
        return Once(self.scribe.book)

    def _attempt(
        self, pairs: Sequence[tuple[Incoming, Message]], also: Callable[[Transaction], None] | None = None
    ) -> dict[object, Outcome]:
        """All in one transaction; if that fails each half by itself, down to the one that is to blame."""
        try:
            return self._together(pairs, also)
        except DATABASE_AWAY:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a handler raises must not stop the others
            if len(pairs) <= 1:
                return self._failed(pairs, error)
            half = len(pairs) // 2
            return self._attempt(pairs[:half]) | self._attempt(pairs[half:])

    def _together(
        self, pairs: Sequence[tuple[Incoming, Message]], also: Callable[[Transaction], None] | None
    ) -> dict[object, Outcome]:
        messages = [message for _, message in pairs]
        if not messages and also is None:
            return {}
        with self.database.transaction() as tx:
            heard = inbox.hear(tx, self.inbox, messages)
            told = [(message, how) for message, how in zip(messages, heard, strict=True)]
            fresh = [message for message, how in told if how is Heard.NEW]
            taken = Batch(fresh, [message for message, how in told if how is Heard.AGAIN])
            if messages:
                self.handler(tx, taken)
            if taken.left_out:
                inbox.forget(tx, self.inbox, [m.key for m in fresh if m.key in taken.left_out])
            if also is not None:
                also(tx)
            reached("delivery.handled")
        return self._outcomes(pairs, heard, taken.left_out)

    def _outcomes(
        self, pairs: Sequence[Pair], heard: Sequence[Heard], left_out: Mapping[Key, Exception]
    ) -> dict[object, Outcome]:
        """Whoever says something else under an id that was heard is not answered: a person must know of it."""
        outcomes: dict[object, Outcome] = {}
        for pair, how in zip(pairs, heard, strict=True):
            error = Refused(SAID_OTHERWISE) if how is Heard.OTHERWISE else left_out.get(pair[1].key)
            outcomes |= self._failed([pair], error) if error else {pair[0].tag: SUCCESS[how]}
        return outcomes

    def _failed(self, pairs: Sequence[tuple[Incoming, Message]], error: Exception) -> dict[object, Outcome]:
        if not pairs:
            raise error
        [(incoming, _)] = pairs
        return self._cannot([(incoming, error)])

    def _cannot(self, failed: Sequence[tuple[Incoming, Exception]]) -> dict[object, Outcome]:
        """What will not succeed alone is parked; all else waits on the ladder, so often and no oftener."""
        coded = [(incoming, str(getattr(e, "code", type(e).__name__)), e) for incoming, e in failed]
        over = [(i, code) for i, code, e in coded if isinstance(e, Refused) or i.attempt + 1 >= ATTEMPTS]
        self._park(over)
        outcomes: dict[object, Outcome] = {incoming.tag: Outcome.PARKED for incoming, _ in over}
        for incoming, code, _ in coded:
            if incoming.tag not in outcomes:
                outcomes[incoming.tag] = Outcome.RETRY
                log.warning("message.will_retry", queue=self.queue, message_id=str(incoming.id), reason=code)
        return outcomes

    def _park(self, messages: Sequence[tuple[Incoming, str]]) -> None:
        if not messages:
            return
        with self.database.transaction() as tx:
            parked.keep(tx, self.parked, self.queue, messages)
        for incoming, reason in messages:
            log.error("message.parked", queue=self.queue, message_id=str(incoming.id), reason=reason)


def _tell(batch: Sequence[Incoming], became: Sequence[Outcome]) -> None:
    """Whoever watches this process."""
    for outcome, count in Counter(became).items():
        metrics.TAKEN.labels(outcome).inc(count)
    if tracing.is_on():
        for incoming, outcome in zip(batch, became, strict=True):
            id_, attempt = str(incoming.id), incoming.attempt
            tracing.mark("event.taken", message_id=id_, outcome=outcome, attempt=attempt)
