"""A broker in memory that does what brokers and networks do: loses links, doubles, reorders, forgets all it had."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from shared.messaging.embedded import matches
from shared.messaging.errors import LinkLost
from shared.messaging.link import Settled
from shared.messaging.message import Incoming, Outgoing
from shared.messaging.topology import Binding
from tests.faults.simulation.weather import CUT, DOUBLE, REORDER, UNANSWERED, Weather

WINDOW = 64  #: how far a message may be carried from its place


@dataclass(eq=False)
class Letter:
    """A message in a queue."""

    id: UUID
    key: str
    body: bytes


@dataclass
class SimulatedBroker:
    """Queues by name; ``bound`` says what each receives."""

    weather: Weather
    bound: dict[str, Sequence[Binding]]
    queues: dict[str, list[Letter]] = field(default_factory=lambda: defaultdict(list))
    life: int = 0

    def connect(self, queue: str) -> "SimulatedLink":
        """A link of its own for whoever consumes the queue."""
        return SimulatedLink(self, queue, self.life)

    def put(self, message: Outgoing) -> bool:
        """Into every queue that is bound; whether there was one."""
        to = [
            q
            for q, bound in self.bound.items()
            if any(e == message.exchange and matches(p, message.routing_key) for e, p in bound)
        ]
        for queue in to:
            self.queues[queue].append(Letter(message.id, message.routing_key, message.body))
            if self.weather.strikes(DOUBLE):
                self.queues[queue].append(Letter(message.id, message.routing_key, message.body))
        return bool(to)

    def lose_everything(self) -> None:
        """Its disk is gone: whatever was confirmed too, and every link."""
        self.queues.clear()
        self.life += 1


@dataclass
class SimulatedLink:
    """One link. What it took and did not acknowledge goes back when it is lost."""

    broker: SimulatedBroker
    queue: str
    life: int
    blocked: bool = False
    _arrived: list[Incoming] = field(default_factory=list)
    _taken: dict[int, Letter] = field(default_factory=dict)
    _number: int = 0
    _answers: Settled = field(default_factory=Settled)
    _under_way: list[Outgoing] = field(default_factory=list)
    _late: list[Settled] = field(default_factory=list)

    @property
    def open_publishes(self) -> int:
        """Those whose answer has not come."""
        answered = sum(len(late.confirmed) + len(late.refused) for late in self._late)
        return answered + len(self._under_way)

    def _may_be_cut(self) -> None:
        if self.life != self.broker.life or self.broker.weather.strikes(CUT):
            raise LinkLost("cut")

    def publish(self, messages: Sequence[Outgoing]) -> None:
        """They are on their way, and nobody knows yet whether they arrive."""
        self._under_way.extend(messages)

    def _bring(self) -> None:
        """What is under way arrives, each perhaps as the last before the link is cut."""
        while self._under_way:
            self._may_be_cut()
            message = self._under_way.pop(0)
            answer = Settled()
            (answer.confirmed if self.broker.put(message) else answer.refused).add(message.id)
            self._late.append(answer)

    def settled(self) -> Settled:
        """The answers that have come by now."""
        while self._late and not self.broker.weather.strikes(UNANSWERED):
            answer = self._late.pop(0)
            self._answers.confirmed |= answer.confirmed
            self._answers.refused |= answer.refused
        answers, self._answers = self._answers, Settled()
        return answers

    def take(self, limit: int, timeout: float, linger: float = 0.0) -> list[Incoming]:
        """From among the first, in whatever order the weather likes."""
        self._bring()
        self._may_be_cut()
        while len(self._arrived) < limit and (letter := self._next()):
            self._arrive(letter)
        taken, self._arrived = self._arrived[:limit], self._arrived[limit:]
        return taken

    def _next(self) -> Letter | None:
        queue, weather = self.broker.queues[self.queue], self.broker.weather
        if not queue:
            return None
        letter = weather.dice.choice(queue[:WINDOW]) if weather.strikes(REORDER) else queue[0]
        queue.remove(letter)
        return letter

    def _arrive(self, letter: Letter) -> None:
        self._number += 1
        self._taken[self._number] = letter
        self._arrived.append(Incoming(letter.id, letter.key, letter.body, tag=self._number))

    def acknowledge(self, batch: Sequence[Incoming]) -> None:
        """All up to the last of the batch."""
        self._may_be_cut()
        last = max(incoming.tag for incoming in batch)
        for number in [number for number in self._taken if number <= last]:
            del self._taken[number]
        self._may_be_cut()

    def stop_taking(self) -> None:
        """Nothing more is asked for in these simulations."""

    def close(self, *, politely: bool) -> None:
        """What was not acknowledged goes back to where it was."""
        if self.life == self.broker.life:
            self.broker.queues[self.queue][:0] = self._taken.values()
        self._taken.clear()
        self._arrived.clear()
