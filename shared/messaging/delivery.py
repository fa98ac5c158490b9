"""The journey of received messages, told once for all services: open, hear, handle, commit."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

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
from shared.messaging.message import DIED_WITH, Incoming, Key, Message, Trust, open_message
from shared.messaging.parked import SAID_OTHERWISE, Failed, Parked
from shared.messaging.scribe import Scribe, reopened

log = structlog.get_logger()

WAITS = tuple(
    timedelta(seconds=wait) for wait in (1, 10, 60)
)  #: before another try; the last again and again
ATTEMPTS = 10  #: of one message, after which it waits for a person
AT_ONCE = 20  #: messages tried again in one go; each may be as large as any
DATABASE_AWAY = (
    OperationalError,
    InterfaceError,
)  #: down, locked, full: consuming pauses, nothing is charged


class Outcome(StrEnum):
    """What becomes of a message; decided here and nowhere else."""

    DONE = "done"  #: handled and committed: acknowledge
    DUPLICATE = "duplicate"  #: had its effect before: answered again, acknowledge
    RETRY = "retry"  #: the world was not ready: kept and tried again, acknowledge
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
KEPT = (Outcome.RETRY, Outcome.PARKED)


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

    def deliver_again(self) -> int:
        """Try again what is kept and due; returns how many messages. Raises as ``deliver`` does.

        What may be to blame that a process died is tried by itself, and charged before.
        """
        with self.database.reading() as tx:
            due = parked.due(tx, self.parked, self.queue, AT_ONCE)
        suspects = [one for one in due if one.reason == DIED_WITH]
        self._try_again([one for one in due if one.reason != DIED_WITH])
        for one in suspects:
            self._try_suspect(one)
        return len(due)

    def _try_suspect(self, one: Parked) -> None:
        with self.database.transaction() as tx:
            parked.charge(tx, self.parked, one, _wait_after(one.attempts))
        events = reopened(self.scribe, one.message)
        if len(events) == 1:
            self._try_again([one])
            return
        with self.database.transaction() as tx:  # each of a pack by itself, from the next time on
            parked.keep(tx, self.parked, self.queue, [Failed(event, DIED_WITH, WAITS[0]) for event in events])
            parked.let_go(tx, self.parked, [one.id])

    def _try_again(self, due: Sequence[Parked]) -> None:
        if not due:
            return
        kept = self._deliver_kept([event for one in due for event in reopened(self.scribe, one.message)])
        with self.database.transaction() as tx:
            parked.let_go(tx, self.parked, {one.id for one in due} - kept)

    def _deliver_kept(self, events: Sequence[Incoming]) -> set[UUID]:
        """Where those are kept that failed again: one, whose message could not be opened before, in a new place."""
        outcomes = self.deliver(events)
        return {
            parked.place_of(self.queue, event)
            for event, outcome in zip(events, outcomes, strict=True)
            if outcome in KEPT
        }

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
        """What will not succeed alone waits for a person; all else for another attempt, so often and no oftener."""
        if not failed:
            return {}
        keeping = [_to_keep(incoming, error) for incoming, error in failed]
        with self.database.transaction() as tx:
            parked.keep(tx, self.parked, self.queue, keeping)
        for one in keeping:
            self._log(one)
        return {one.incoming.tag: Outcome.RETRY if one.again_after else Outcome.PARKED for one in keeping}

    def _log(self, failed: Failed) -> None:
        known = {"queue": self.queue, "message_id": str(failed.incoming.id), "reason": failed.reason}
        if failed.again_after:
            log.warning("message.will_retry", **known)
        else:
            log.error("message.parked", **known)


def _to_keep(incoming: Incoming, error: Exception) -> Failed:
    wait = None if isinstance(error, Refused) else _wait_after(incoming.attempt)
    return Failed(incoming, str(getattr(error, "code", type(error).__name__)), wait)


def _wait_after(attempt: int) -> timedelta | None:
    """From the attempt of that number (from 0) to the next; None after the last."""
    return None if attempt + 1 >= ATTEMPTS else WAITS[min(attempt, len(WAITS) - 1)]


def _tell(batch: Sequence[Incoming], became: Sequence[Outcome]) -> None:
    """Whoever watches this process."""
    for outcome, count in Counter(became).items():
        metrics.TAKEN.labels(outcome).inc(count)
    if tracing.is_on():
        for incoming, outcome in zip(batch, became, strict=True):
            id_, attempt = str(incoming.id), incoming.attempt
            tracing.mark("event.taken", message_id=id_, outcome=outcome, attempt=attempt)
