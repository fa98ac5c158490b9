"""The embedded bus, for trying out without a broker: mailboxes in one SQLite file. Never used as a proof."""

import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache

from sqlalchemy import (
    Column,
    LargeBinary,
    String,
    Table,
    Uuid,
    bindparam,
    delete,
    insert,
    select,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import DBAPIError

from shared.clock import Clock, now
from shared.database import BigId, Database, Transaction, new_metadata
from shared.messaging.errors import LinkLost, Misconfigured
from shared.messaging.link import Settled
from shared.messaging.message import LARGEST, Incoming, Outgoing
from shared.messaging.topology import Binding

metadata = new_metadata()
bindings = Table(
    "bindings",
    metadata,
    Column("queue", String(60), primary_key=True),
    Column("exchange", String(60), primary_key=True),
    Column("pattern", String(200), primary_key=True),
)
mailbox = Table(
    "mailboxes",
    metadata,
    Column("position", BigId, primary_key=True, autoincrement=True),
    Column("queue", String(60), nullable=False, index=True),
    Column("message_id", Uuid, nullable=False),
    Column("routing_key", String(200), nullable=False),
    Column("body", LargeBinary, nullable=False),
)

LOOK = 0.01  #: seconds between two looks into an empty mailbox

_OLDEST = (
    select(mailbox)
    .where(mailbox.c.queue == bindparam("queue"))
    .order_by(mailbox.c.position)
    .limit(bindparam("limit"))
)


def open_bus(path: str, *, clock: Clock = now) -> Database:
    """The bus of that file, made when it is not there."""
    bus = Database(f"sqlite:///{path}", clock=clock)
    with bus.transaction() as tx:
        metadata.create_all(tx.connection)
    return bus


def provision(bus: Database, queue: str, bound: Sequence[Binding]) -> None:
    """Let the queue receive what matches."""
    rows = [{"queue": queue, "exchange": exchange, "pattern": pattern} for exchange, pattern in bound]
    with bus.transaction() as tx:
        tx.execute(sqlite.insert(bindings).on_conflict_do_nothing(), rows)


class EmbeddedLink:
    """One service's link to the bus. What it publishes is confirmed when the file's transaction commits."""

    blocked = False
    open_publishes = 0

    def __init__(self, bus: Database, queue: str, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self.bus, self.queue, self.sleep = bus, queue, sleep
        self._answers, self._taking = Settled(), True
        with _bus_errors(), bus.reading() as tx:
            self._bindings = self._read_bindings(tx)
        if not any(queue == name for name, _, _ in self._bindings):
            raise Misconfigured(f"no queue {queue} at the embedded bus")

    @staticmethod
    def _read_bindings(tx: Transaction) -> list[tuple[str, str, str]]:
        return [(row.queue, row.exchange, row.pattern) for row in tx.execute(select(bindings))]

    def publish(self, messages: Sequence[Outgoing]) -> None:
        """Put each into every mailbox that is bound to it; one without any is refused."""
        with _bus_errors(), self.bus.transaction() as tx:
            self._bindings = self._read_bindings(tx)
            routed = [(message, self._queues_of(message)) for message in messages]
            rows = [_row(queue, message) for message, queues in routed for queue in queues]
            if rows:
                tx.execute(insert(mailbox), rows)
        for message, queues in routed:
            (self._answers.confirmed if queues else self._answers.refused).add(message.id)

    def _queues_of(self, message: Outgoing) -> list[str]:
        if len(message.body) > LARGEST:
            return []
        return [q for q, e, p in self._bindings if e == message.exchange and matches(p, message.routing_key)]

    def settled(self) -> Settled:
        """Answers since the last call."""
        answers, self._answers = self._answers, Settled()
        return answers

    def take(self, limit: int, timeout: float, linger: float = 0.0) -> list[Incoming]:  # noqa: ARG002
        """What waits in the mailbox, oldest first; the same again until it is acknowledged."""
        taken = self._oldest(limit) if limit and self._taking else []
        if not taken and timeout:
            self.sleep(min(timeout, LOOK))
        return taken

    def _oldest(self, limit: int) -> list[Incoming]:
        with _bus_errors(), self.bus.reading() as tx:
            oldest = tx.execute(_OLDEST, {"queue": self.queue, "limit": limit})
            return [Incoming(r.message_id, r.routing_key, r.body, tag=r.position) for r in oldest]

    def acknowledge(self, batch: Sequence[Incoming]) -> None:
        """Take them out of the mailbox."""
        with _bus_errors(), self.bus.transaction() as tx:
            tx.execute(delete(mailbox).where(mailbox.c.position.in_([incoming.tag for incoming in batch])))

    def stop_taking(self) -> None:
        """Hand out nothing more."""
        self._taking = False

    def close(self, *, politely: bool) -> None:
        """Nothing to end: the file is closed with the process."""


@contextmanager
def _bus_errors() -> Iterator[None]:
    """A file that cannot be read or written now is a lost link."""
    try:
        yield
    except DBAPIError as error:
        raise LinkLost(type(error).__name__) from None


def _row(queue: str, message: Outgoing) -> dict[str, object]:
    return {
        "queue": queue,
        "message_id": message.id,
        "routing_key": message.routing_key,
        "body": message.body,
    }


def matches(topic: str, key: str) -> bool:
    """Whether a topic pattern takes the routing key, as RabbitMQ reads it."""
    return _pattern(topic).fullmatch(f"{key}.") is not None


@lru_cache(maxsize=10_000)
def _pattern(topic: str) -> re.Pattern[str]:
    """For a key with a dot at its end: ``*`` is a word, ``#`` any number."""
    wild = {"*": r"[^.]*\.", "#": r"([^.]*\.)*"}
    return re.compile("".join(wild.get(word) or re.escape(f"{word}.") for word in topic.split(".")))
