"""Publishing with pipelined confirms: many are under way at once, and each answer finds its message."""

import time
from collections.abc import Iterable
from typing import Any, NamedTuple
from uuid import UUID

from amqp import Message as AmqpMessage
from amqp.spec import Basic

from shared.messaging.link import Settled
from shared.messaging.message import Outgoing
from shared.messaging.packing import as_uuid, content_type

CONFIRM_TIMEOUT = 15.0  #: seconds
WORN_AFTER = 1.0  #: seconds a channel is given, though it refuses
PASSED_OVER = 2.0  #: seconds for an answer, when what was published later has its own
MANDATORY, IMMEDIATE = True, False


class _Open(NamedTuple):
    """What was published with one tag and is not answered yet, and since when; without an id for an answer alone."""

    id: UUID | None
    since: float


class Confirms:
    """A confirming channel whose answers are matched by delivery tag (py-amqp's own waits for *any* answer)."""

    def __init__(self, channel: Any, answers: Settled | None = None) -> None:
        self._channel, self._tag = channel, 0
        self._since, self._nacked, self._newest = time.monotonic(), False, 0
        self.open: dict[int, _Open] = {}
        self._returned: set[UUID] = set()
        self._answers = answers or Settled()
        channel.confirm_select()
        channel.events["basic_ack"].add(lambda tag, multiple: self._answer(tag, multiple, ok=True))
        channel.events["basic_nack"].add(lambda tag, multiple: self._answer(tag, multiple, ok=False))
        channel.events["basic_return"].add(self._return)

    @property
    def is_worn(self) -> bool:
        """Whether the broker refuses or passes over what is published here, and another channel may fare better."""
        refuses = self._nacked and time.monotonic() - self._since > WORN_AFTER
        passes_over = self._waits_long and next(iter(self.open)) < self._newest
        return refuses or passes_over

    @property
    def wants_a_sign(self) -> bool:
        """Whether something waits for long, and nothing was asked since that would show if it was passed over."""
        return self._waits_long and all(one.id for one in self.open.values())

    @property
    def _waits_long(self) -> bool:
        oldest = next(iter(self.open.values()), None)
        return oldest is not None and bool(oldest.id) and time.monotonic() - oldest.since > PASSED_OVER

    def retire(self) -> Settled:
        """Close the channel; the answers since the last call, and as refused what has none."""
        answers = self.collect()
        answers.refused.update(one.id for one in self.open.values() if one.id)
        self._channel.close()
        return answers

    @property
    def waiting(self) -> int:
        """How many messages the broker has not answered."""
        return sum(one.id is not None for one in self.open.values())

    def publish(self, message: Outgoing) -> None:
        """The library's own publishing waits for each answer, or looks for news before each message."""
        content = AmqpMessage(
            message.body,
            content_type=content_type(message.body),
            delivery_mode=2,
            message_id=str(message.id),
        )
        self._send(message.exchange, message.routing_key, content, message.id)

    def refuse(self, ids: Iterable[UUID]) -> None:
        """Answer for the broker, which would cut us off for these."""
        self._answers.refused.update(ids)

    def ask(self, exchange: str, key: str) -> None:
        """Publish an empty message for its answer alone."""
        self._send(exchange, key, AmqpMessage(b"", delivery_mode=2), None)

    def _send(self, exchange: str, key: str, content: AmqpMessage, id_: UUID | None) -> None:
        self._tag += 1
        self.open[self._tag] = _Open(id_, time.monotonic())
        self._channel.send_method(Basic.Publish, "Bssbb", (0, exchange, key, MANDATORY, IMMEDIATE), content)

    def collect(self) -> Settled:
        """The answers since the last call."""
        answers, self._answers = self._answers, Settled()
        return answers

    def count_age_from_now(self) -> None:
        """A blocked broker answers nobody, and that says nothing of the link."""
        moment = time.monotonic()
        self.open = {tag: one._replace(since=moment) for tag, one in self.open.items()}

    def check_age(self) -> None:
        """Answers come in order, so the oldest tells."""
        oldest = next(iter(self.open.values()), None)
        if oldest is not None and time.monotonic() - oldest.since > CONFIRM_TIMEOUT:
            raise OSError("confirm timeout")

    def _return(self, _error: Exception, _exchange: str, _key: str, message: Any) -> None:
        """An unroutable message comes back just before it is confirmed."""
        returned = as_uuid(message.properties.get("message_id"))
        if returned is not None:
            self._returned.add(returned)

    def _answer(self, tag: int, multiple: bool, *, ok: bool) -> None:  # noqa: FBT001 - the library's callback
        for answered in [t for t in self.open if t <= tag] if multiple else [tag]:
            one = self.open.pop(answered, None)
            self._nacked |= not ok
            self._newest = max(self._newest, answered)
            if one and one.id:
                self._settle(one.id, ok=ok)

    def _settle(self, id_: UUID, *, ok: bool) -> None:
        good = ok and id_ not in self._returned
        self._returned.discard(id_)
        (self._answers.confirmed if good else self._answers.refused).add(id_)
