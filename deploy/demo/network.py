"""A whole network in this process, stepped by hand under a clock of its own: the demo's past, and simulations."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from importlib import import_module
from pathlib import Path

from sqlalchemy import event

from deploy.composition import open_database, party_of, scribe_of
from deploy.demo.broker import provision_embedded
from services.intake.usecases import hearing
from services.notifications.usecases.hear import hear as hear_notifications
from services.referral.usecases.hear import hear as hear_referral
from services.reporting.usecases.hear import hear as hear_reporting
from shared.database import Database, Transaction
from shared.messaging.delivery import Batch, Delivery
from shared.messaging.embedded import EmbeddedLink, open_bus
from shared.messaging.introducing import introduce
from shared.messaging.link import Link
from shared.messaging.message import HUB
from shared.messaging.post import Post
from shared.messaging.pump import Pump
from shared.messaging.relay import Relay
from shared.messaging.scribe import Scribe
from shared.messaging.topology import node_queue
from shared.sealing import OwnKeys
from shared.sealing.network_file import NetworkFile

OPEN_FOR = timedelta(days=45)  #: how long a quarter takes counts after its end
MOST_ROUNDS = 1_000  #: of every service's loop until nothing moves; more would be a message going in circles


@dataclass
class Hands:
    """A clock that stands until it is moved on."""

    at: datetime

    def __call__(self) -> datetime:
        """The moment it shows."""
        return self.at

    def go_to(self, moment: datetime) -> None:
        """Forward only."""
        self.at = max(self.at, moment)

    def pass_time(self, **time: float) -> None:
        """Forward by so much."""
        self.at += timedelta(**time)


@dataclass
class SteppedNetwork:
    """The hub and the nodes with their real databases, over the embedded bus."""

    clock: Hands
    databases: dict[str, Database] = field(default_factory=dict)
    pumps: list[tuple[Pump, Link]] = field(default_factory=list)

    def settle(self) -> None:
        """Let every service work until nothing is left to be said."""
        for _ in range(MOST_ROUNDS):
            busy = [pump.step(link, 0) for pump, link in self.pumps]
            if not any(busy):
                return
        raise RuntimeError("the network does not come to rest")

    def close(self) -> None:
        """Give back every file."""
        for database in self.databases.values():
            database.close()


def open_network(  # noqa: PLR0913 - a network has that many sides
    bus_file: Path,
    clock: Hands,
    *,
    hub: Mapping[str, str],
    hub_keys: OwnKeys,
    nodes: Mapping[str, tuple[str, OwnKeys]],
    network: NetworkFile,
) -> SteppedNetwork:
    """Put it together from database addresses: of the hub's services, and of each organisation with its keys.

    All that are named in the network's file know each other when this returns.
    """
    provision_embedded(bus_file, list(nodes))
    stepped = SteppedNetwork(clock)
    count = partial(hear_reporting, open_for=OPEN_FOR)
    for service, hear in (
        ("referral", hear_referral),
        ("notifications", hear_notifications),
        ("reporting", count),
    ):
        scribe = scribe_of(service, HUB, hub_keys, network.roots)
        _join(stepped, bus_file, service, service, hub[service], scribe, hear)
    for org, (url, keys) in nodes.items():
        hear_node = partial(hearing.hear, ring=keys.ring, org=org)
        scribe = scribe_of("intake", org, keys, network.roots)
        _join(stepped, bus_file, "intake", node_queue(org), url, scribe, hear_node)
    for name, database in stepped.databases.items():
        service, party, keys = (name, HUB, hub_keys) if name in hub else ("intake", name, nodes[name][1])
        introduce(database, party_of(service, party, keys), network)
    stepped.settle()
    return stepped


def _join(  # noqa: PLR0913, PLR0917 - a service has that many parts
    network: SteppedNetwork,
    bus_file: Path,
    service: str,
    queue: str,
    url: str,
    scribe: Scribe,
    hear: Callable[[Transaction, Batch], None],
) -> None:
    database = open_database(service, url, sender=scribe.name, scribe=scribe, clock=network.clock)
    _hurry(database)
    tables = import_module(f"services.{service}.storage").metadata.tables
    delivery = Delivery(queue, database, tables["inbox"], tables["parked"], hear, scribe)
    relay = Relay(database, database.outbox, poll=0)
    pump = Pump(lambda: link, delivery, relay, sleep=lambda _: None, look_again=0)
    bus = open_bus(str(bus_file), clock=network.clock)
    _hurry(bus)
    link = Post(EmbeddedLink(bus, queue, sleep=lambda _: None), scribe)
    network.databases[scribe.name if service == "intake" else service] = database
    network.pumps.append((pump, link))


def _hurry(database: Database) -> None:
    """A past that a power cut took away is played again, so it need not wait for the disk."""
    if database.is_sqlite:
        database.close()
        event.listen(database.engine, "connect", lambda raw, _: raw.execute("PRAGMA synchronous=OFF"))
