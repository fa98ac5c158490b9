"""Everything that is done to a network, each for a few seconds, and undone."""

import os
import shutil
import signal
import sqlite3
import time
from collections.abc import Callable
from contextlib import suppress

from kombu import Connection
from sqlalchemy import create_engine, text

from shared.messaging.topology import HUB_QUEUES, node_queue
from shared.testing.proxy import Proxy
from tests.desks import locked
from tests.faults.chaos.place import WEB, WORKERS, A, B, Place

LONG_LOCK = 30.0  #: seconds


def kill_a_service(place: Place) -> None:
    """At once, as a crash would."""
    place.network.demo.supervisor.kill(place.dice.choice((*WORKERS, *WEB)))


def kill_who_counts(place: Place) -> None:
    """The sender's worker: when it is back, it tells the counts of its people anew."""
    place.network.demo.supervisor.kill(f"intake.{A}")


def stop_a_service(place: Place) -> None:
    """It stands still, as on a machine that swaps, and goes on."""
    pid = place.network.demo.supervisor.pid(place.dice.choice(WORKERS))
    with suppress(ProcessLookupError):  # it was killed a moment ago
        os.kill(pid, signal.SIGSTOP)
        time.sleep(place.dice.uniform(0.5, 4))
        os.kill(pid, signal.SIGCONT)


def kill_the_broker(place: Place) -> None:
    """Its whole process group at once; it comes back with what it kept."""
    place.broker.kill()
    place.broker.restart()


def wipe_the_broker(place: Place) -> None:
    """Its disk is lost, and an operator sets up an empty one."""
    place.forgot = True
    place.broker.kill()
    shutil.rmtree(place.broker.directory / "data")
    place.broker.restart()
    place.provision()


def purge_a_queue(place: Place) -> None:
    """An operator's mistake."""
    place.forgot = True
    with Connection(place.broker.amqp_url) as connection:
        connection.default_channel.queue_purge(place.dice.choice((node_queue(A), node_queue(B), *HUB_QUEUES)))


def cut_links(place: Place) -> None:
    """All of one user, again and again."""
    proxy = _a_proxy(place)
    for _ in range(place.dice.randint(1, 5)):
        proxy.cut()
        time.sleep(0.2)


def black_hole(place: Place) -> None:
    """Bytes vanish in both directions, or in one."""
    proxy = _a_proxy(place)
    to_server, to_client = place.dice.choice(((True, True), (True, False), (False, True)))
    proxy.swallow(to_server=to_server, to_client=to_client)
    time.sleep(place.dice.uniform(0.5, 3))
    proxy.heal()


def half_open(place: Place) -> None:
    """The broker's side ends, and the service is not told."""
    proxy = _a_proxy(place)
    proxy.leave_half_open()
    time.sleep(0.5)
    proxy.heal()


def slow_link(place: Place) -> None:
    """Bytes come in fits and starts."""
    proxy = _a_proxy(place)
    for _ in range(20):
        proxy.hold()
        time.sleep(0.15)
        proxy.heal()
        time.sleep(0.02)


def lock_a_file(place: Place) -> None:
    """Another process writes to a node's database and does not come to an end; once in a while for half a minute."""
    node = place.dice.choice([node for node in place.plan.nodes if node.org in (A, B)])
    seconds = LONG_LOCK if place.dice.random() < 0.1 else place.dice.uniform(0.5, 4)
    with suppress(sqlite3.OperationalError), locked(node.database_url):  # somebody else has it locked already
        time.sleep(seconds)


def lock_a_table(place: Place) -> None:
    """Somebody keeps a lock in the hub's PostgreSQL."""
    engine = create_engine(
        place.plan.databases[place.dice.choice(("referral", "notifications", "reporting"))]
    )
    with engine.begin() as connection:
        connection.execute(text("LOCK TABLE inbox IN ACCESS EXCLUSIVE MODE"))
        time.sleep(place.dice.uniform(0.5, 4))
    engine.dispose()


def _a_proxy(place: Place) -> Proxy:
    return place.proxies[place.dice.choice((A, B, "hub"))]


Fault = Callable[[Place], None]

FAULTS: dict[Fault, int] = {
    kill_a_service: 6,
    kill_who_counts: 2,
    stop_a_service: 4,
    kill_the_broker: 2,
    wipe_the_broker: 1,
    purge_a_queue: 2,
    cut_links: 6,
    black_hole: 3,
    half_open: 3,
    slow_link: 3,
    lock_a_file: 3,
    lock_a_table: 3,
}  #: and how often each is chosen
