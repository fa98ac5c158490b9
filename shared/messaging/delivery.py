"""The journey of received messages, told once for all services: open, hear, handle, commit."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import structlog
from sqlalchemy import Table
from sqlalchemy.exc import InterfaceError, OperationalError

from shared.database import Database, Transaction
from shared.failpoints import reached
from shared.messaging import inbox, parked
from shared.messaging.errors import Refused, Unready
from shared.messaging.message import Incoming, Key, Message, open_message
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


@dataclass(frozen=True)
class Delivery:
    """Delivers batches of one queue to one handler."""

    queue: str
    database: Database
    inbox: Table
    parked: Table
    handler: Handler

    def deliver(
        self, batch: Sequence[Incoming], also: Callable[[Transaction], None] | None = None
    ) -> list[Outcome]:
        """Handle the batch in one transaction, committed on return; a failing message is taken out and tried alone.

        ``also`` is done in the first transaction. Raises one of DATABASE_AWAY when the database cannot work
        now: nothing has happened to what is not yet committed, and the batch is to be delivered again.
        """
        opened, unreadable = self._open(batch)
        reached("delivery.opened")
        self._park(unreadable)
        outcomes = {incoming.tag: Outcome.PARKED for incoming, _ in unreadable}
        outcomes |= self._attempt(opened, also)
        return [outcomes[incoming.tag] for incoming in batch]

    def _open(
        self, batch: Sequence[Incoming]
    ) -> tuple[list[tuple[Incoming, Message]], list[tuple[Incoming, str]]]:
        opened, unreadable = [], []
        for incoming in batch:
            try:
                opened.append((incoming, open_message(incoming)))
            except Refused as refused:
                unreadable.append((incoming, refused.code))
        return opened, unreadable

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
            new = inbox.hear(tx, self.inbox, messages)
            fresh = [message for message, is_new in zip(messages, new, strict=True) if is_new]
            repeated = [message for message, is_new in zip(messages, new, strict=True) if not is_new]
            taken = Batch(fresh, repeated)
            if messages:
                self.handler(tx, taken)
            if taken.left_out:
                inbox.forget(tx, self.inbox, [m.key for m in fresh if m.key in taken.left_out])
            if also is not None:
                also(tx)
            reached("delivery.handled")
        outcome = {True: Outcome.DONE, False: Outcome.DUPLICATE}
        outcomes = {incoming.tag: outcome[is_new] for (incoming, _), is_new in zip(pairs, new, strict=True)}
        for pair in pairs:
            if error := taken.left_out.get(pair[1].key):
                outcomes |= self._failed([pair], error)
        return outcomes

    def _failed(self, pairs: Sequence[tuple[Incoming, Message]], error: Exception) -> dict[object, Outcome]:
        if not pairs:
            raise error
        [(incoming, message)] = pairs
        code = getattr(error, "code", type(error).__name__)
        if isinstance(error, Refused) or incoming.attempt + 1 >= ATTEMPTS:
            self._park([(incoming, str(code))])
            return {incoming.tag: Outcome.PARKED}
        log.warning("message.will_retry", queue=self.queue, message_id=str(message.id), reason=code)
        return {incoming.tag: Outcome.RETRY}

    def _park(self, messages: Sequence[tuple[Incoming, str]]) -> None:
        if not messages:
            return
        with self.database.transaction() as tx:
            parked.keep(tx, self.parked, self.queue, messages)
        for incoming, reason in messages:
            log.error("message.parked", queue=self.queue, message_id=str(incoming.id), reason=reason)
