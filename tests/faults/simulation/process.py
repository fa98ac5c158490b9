"""One service's process in the simulation: its real database, pump and relay; it dies and starts again."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib import import_module
from typing import Any
from uuid import UUID

from sqlalchemy import Table, select
from sqlalchemy.exc import OperationalError

from deploy.composition import party_of, scribe_of
from shared.at_rest import StorageKeys
from shared.clock import Clock
from shared.database import Database, Transaction
from shared.messaging.delivery import Batch, Delivery
from shared.messaging.errors import LinkLost
from shared.messaging.introducing import introduce
from shared.messaging.message import HUB
from shared.messaging.outbox import Outbox
from shared.messaging.post import Post
from shared.messaging.pump import Pump
from shared.messaging.relay import Relay
from shared.messaging.scribe import Scribe
from shared.messaging.topology import Address
from shared.schemas import Event
from shared.sealing import OwnKeys, SigningKey
from shared.sealing.founding import found
from tests.faults.simulation.broker import SimulatedBroker
from tests.faults.simulation.weather import AWAY, CRASH_AFTER, CRASH_BEFORE, Crash, Weather

Hear = Callable[[Transaction, Batch], None]
ORGS = ("harbour-house", "legal-aid")
KEYS = {party: OwnKeys.generate() for party in (*ORGS, HUB)}
NETWORK = found(
    "simulated",
    [SigningKey.generate()],
    1,
    {party: (party, KEYS[party].public) for party in KEYS},
    datetime(2026, 1, 1, tzinfo=UTC),
)


class RememberedOutbox(Outbox):
    """An outbox of which is known, for each address, what was said with a commit."""

    said: list[tuple[Address, Event]]

    def _say(self, tx: Transaction, saying: Any, to: Address, encloses: Any) -> UUID:
        said = self.said
        tx.after_commit.insert(0, lambda: said.append((to, saying.event)))
        return super()._say(tx, saying, to, encloses)


class MortalDatabase(Database):
    """A database in memory whose process may die on either side of a commit, or find it locked."""

    weather: Weather
    remembered: RememberedOutbox

    def is_as(self, kept: bytes) -> None:
        """Begin with these contents."""
        with self.engine.connect() as connection:
            raw = connection.connection.dbapi_connection
            assert isinstance(raw, sqlite3.Connection)
            raw.deserialize(kept)

    def contents(self) -> bytes:
        """All that is in it."""
        with self.engine.connect() as connection:
            raw = connection.connection.dbapi_connection
            assert isinstance(raw, sqlite3.Connection)
            return raw.serialize()

    @contextmanager
    def transaction(self, *, may_be_forgotten: bool = False) -> Iterator[Transaction]:
        """Whoever was told that it is done can rely on it; whoever was not knows nothing."""
        if self.weather.strikes(AWAY):
            raise OperationalError("BEGIN IMMEDIATE", None, sqlite3.OperationalError("database is locked"))
        with super().transaction(may_be_forgotten=may_be_forgotten) as tx:
            tx.after_commit.append(lambda: self._may_die(CRASH_AFTER))
            yield tx
            tx.before_commit.append(lambda _: self._may_die(CRASH_BEFORE))

    def _may_die(self, when: str) -> None:
        if self.weather.strikes(when):
            raise Crash(when)


@cache
def _database(service: str, sender: str) -> MortalDatabase:
    """Opened once for all worlds: a new engine would learn every statement anew."""
    tables = import_module(f"services.{service}.storage").metadata.tables
    scribe = scribe_of(service, sender, KEYS[sender], NETWORK.roots)
    outbox = RememberedOutbox(tables["outbox"], sender=sender, scribe=scribe)
    database = MortalDatabase("sqlite://", outbox=outbox, at_rest=StorageKeys(KEYS[sender].storage))
    database.remembered = outbox
    return database


@cache
def _all_of(table: Table) -> Any:
    return select(table)


class Process:
    """``skew`` is how far its clock is off."""

    def __init__(
        self, service: str, queue: str, sender: str, hear: Hear, *, broker: SimulatedBroker, time: Clock
    ) -> None:
        self.service, self.queue, self.broker = service, queue, broker
        self.time, self.skew = time, timedelta()
        self.tables = import_module(f"services.{service}.storage").metadata.tables
        self.database = _database(service, sender)
        self.database.clock, self.database.weather = self.clock, broker.weather
        self.said = self.database.remembered.said = []
        inbox, parked = self.tables["inbox"], self.tables["parked"]
        self.delivery = Delivery(queue, self.database, inbox, parked, hear, self.scribe)
        self.start()

    @property
    def scribe(self) -> Scribe:
        """Who writes and reads its letters."""
        return self.database.outbox.scribe

    def clock(self) -> datetime:
        """What it takes for the time."""
        return self.time() + self.skew

    def introduce(self) -> None:
        """As at its start: it follows the network's file."""
        name = self.scribe.name
        introduce(self.database, party_of(self.service, name, KEYS[name]), NETWORK)

    def start(self) -> None:
        """As after its start: it knows only what stands in its database."""
        self.scribe.book.forget()
        self.link = self._connect()
        relay = Relay(self.database, self.database.outbox, poll=0)
        self.pump = Pump(lambda: self.link, self.delivery, relay, sleep=lambda _: None, look_again=0)

    def rows(self, table: str, **values: Any) -> list[Any]:
        """What stands in one of its tables, with these values."""
        with self.database.reading() as tx:
            rows = tx.execute(_all_of(self.tables[table])).mappings()
            return [row for row in rows if all(row[name] == value for name, value in values.items())]

    def step(self) -> bool:
        """One turn of its loop, whatever happens in it; tells whether anything was done."""
        try:
            return self.pump.step(self.link, 0)
        except LinkLost:
            self.pump.relay.link_lost()
            self.link.close(politely=False)
            self.link = self._connect()
        except Crash:
            self.restart()
        return True

    def _connect(self) -> Post:
        return Post(self.broker.connect(self.queue), self.scribe)

    def restart(self) -> None:
        """It is killed, and starts again."""
        self.link.close(politely=False)
        self.start()
