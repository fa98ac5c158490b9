"""Where nameko meets our messages: ``@hears(Event, …)`` and ``Injected``."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from eventlet.event import Event as Signal
from nameko.extensions import DependencyProvider, Entrypoint

from shared.database import Database, Transaction
from shared.messaging.delivery import Batch, Delivery
from shared.messaging.errors import Refused
from shared.messaging.link import Link
from shared.messaging.message import Message
from shared.messaging.pump import Pump
from shared.messaging.relay import Relay
from shared.schemas import Event

PARTS = "parts"  #: where the container's configuration holds the service's Parts


@dataclass(frozen=True)
class Parts:
    """The running service's own parts; whatever else it needs is in ``own``."""

    name: str
    queue: str
    database: Database
    connect: Callable[[], Link]
    tables: Any
    settings: Any
    poll: float
    own: dict[str, Any] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Any:
        try:
            return self.__dict__["own"][name]
        except KeyError:
            raise AttributeError(name) from None


class Injected(DependencyProvider):
    """The service's Parts, as an attribute of the service."""

    def get_dependency(self, worker_ctx: Any) -> Parts:
        """The same for every worker."""
        parts: Parts = worker_ctx.container.config[PARTS]
        return parts


class Hears(Entrypoint):
    """Runs the service's pump, and gives each batch to the decorated method as ``(tx, batch)``.

    A pump that ends with an error ends the service: nameko then kills it, in the pump's own thread. So nothing here may
    kill that thread; nameko does so itself where it still runs.

    The transaction is the pump's: it commits after the method has returned, and acknowledges only then.
    One per service: a queue has one order.
    """

    def __init__(self, *events: type[Event], **kwargs: Any) -> None:
        self.events = frozenset(events)
        super().__init__(**kwargs)

    def setup(self) -> None:
        """Put the pump together from the service's parts."""
        parts: Parts = self.container.config[PARTS]
        inbox, parked = parts.tables["inbox"], parts.tables["parked"]
        scribe = parts.database.outbox.scribe
        delivery = Delivery(parts.queue, parts.database, inbox, parked, self._handle, scribe)
        relay = Relay(parts.database, parts.database.outbox, poll=parts.poll)
        self.pump = Pump(parts.connect, delivery, relay)

    def start(self) -> None:
        """Pump until told to stop."""
        self._ended = self.container.spawn_managed_thread(self.pump.run, identifier="pump")

    def stop(self) -> None:
        """Drain: what was taken is finished, what was published is confirmed."""
        self.pump.stop()
        self._ended.wait()

    def _handle(self, tx: Transaction, batch: Batch) -> None:
        for message in (*batch.fresh, *batch.repeated):
            self._expect(message)
        result = self._work(tx, batch)
        if isinstance(result, BaseException):
            raise result

    def _expect(self, message: Message) -> None:
        if type(message.event) not in self.events:
            raise Refused("not_for_this_service")

    def _work(self, tx: Transaction, batch: Batch) -> BaseException | None:
        """In a nameko worker, so that dependencies are injected as everywhere."""
        done: Signal = Signal()

        def handle_result(_ctx: Any, result: Any = None, exc_info: Any = None) -> tuple[Any, Any]:
            done.send(exc_info[1] if exc_info else None)
            return result, exc_info

        self.container.spawn_worker(self, (tx, batch), {}, handle_result=handle_result)
        error: BaseException | None = done.wait()
        return error


hears = Hears.decorator
