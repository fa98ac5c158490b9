"""The post: between a service and the broker, where what is said becomes sealed envelopes, and these are opened.

A ``Post`` wraps a link that carries whole messages and knows nothing of what is in them. It packs what goes to one
place, since ten events in one message cost the broker, and both ends, about what one does.
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from shared.messaging.link import Link, Settled
from shared.messaging.message import Incoming, Outgoing
from shared.messaging.packing import Pack, as_one, packed
from shared.messaging.scribe import Scribe, opened


@dataclass
class Post:
    """A link for events over a link for messages; it is a ``Link`` itself."""

    link: Link
    scribe: Scribe | None = None
    _arrived: deque[Incoming] = field(default_factory=deque)
    #: taken messages, by the tag of the last event of each
    _ends: dict[Any, Incoming] = field(default_factory=dict)
    _under_way: dict[UUID, tuple[UUID, ...]] = field(default_factory=dict)
    _answers: Settled = field(default_factory=Settled)

    @property
    def open_publishes(self) -> int:
        """How many published events the broker has not answered."""
        return sum(len(ids) for ids in self._under_way.values())

    @property
    def blocked(self) -> bool:
        """Whether the broker has asked publishers to wait."""
        return self.link.blocked

    def publish(self, messages: Sequence[Outgoing]) -> None:
        """In packs; what cannot be sealed for its reader now counts as refused, and is offered again."""
        ready = []
        for pack in packed(messages):
            ids = tuple(message.id for message in pack)
            message = self._as_one(pack)
            if message is None:
                self._answers.refused.update(ids)
            else:
                self._under_way[message.id] = (*self._under_way.get(message.id, ()), *ids)
                ready.append(message)
        if ready:
            self.link.publish(ready)

    def _as_one(self, pack: Pack) -> Outgoing | None:
        return self.scribe.envelope(pack) if self.scribe else as_one(pack)

    def settled(self) -> Settled:
        """Answers that arrived since the last call, for each event."""
        answers, self._answers = self._answers, Settled()
        of_messages = self.link.settled()
        for id_ in of_messages.confirmed:
            answers.confirmed.update(self._under_way.pop(id_, ()))
        for id_ in of_messages.refused:
            answers.refused.update(self._under_way.pop(id_, ()))
        return answers

    def take(self, limit: int, timeout: float, linger: float = 0.0) -> list[Incoming]:
        """Events that have arrived, waiting up to ``timeout`` seconds for the first, and ``linger`` for more."""
        wanted, wait = max(0, limit - len(self._arrived)), 0 if self._arrived and limit else timeout
        for message in self.link.take(wanted, wait, linger if wanted else 0):
            self._open(message)
        return [self._arrived.popleft() for _ in range(min(limit, len(self._arrived)))]

    def _open(self, message: Incoming) -> None:
        """One that is not opened now is kept whole, and not for the event whose id it bears."""
        events = [replace(message, id=None)] if message.given_up else opened(self.scribe, message)
        self._arrived.extend(events)
        self._ends[events[-1].tag] = message

    def acknowledge(self, batch: Sequence[Incoming]) -> None:
        """These, and so all taken before them, are dealt with; a message is when its last event is."""
        whole = [self._ends.pop(event.tag) for event in batch if event.tag in self._ends]
        if whole:
            self.link.acknowledge(whole)

    def stop_taking(self) -> None:
        """Ask for no more messages."""
        self.link.stop_taking()

    def close(self, *, politely: bool) -> None:
        """End the connection; impolitely when the other side may be dead."""
        self.link.close(politely=politely)


def posted(connect: Callable[[], Link], scribe: Scribe | None) -> Callable[[], Link]:
    """The same way to connect, with a post before it."""
    return lambda: Post(connect(), scribe)
