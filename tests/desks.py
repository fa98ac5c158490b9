"""Counting services at a real broker: what they say and hear, and their pumps in threads of their own."""

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from threading import Thread
from uuid import UUID

from kombu import Connection
from sqlalchemy import make_url, select

from shared.clock import new_id
from shared.messaging import parked
from shared.messaging.amqp import AmqpLink
from shared.messaging.delivery import Handler
from shared.messaging.link import Link
from shared.messaging.message import Incoming, Outgoing
from shared.messaging.outbox import Outbox, Patience
from shared.messaging.packing import unpacked
from shared.messaging.parked import Parked
from shared.messaging.post import Post, posted
from shared.messaging.pump import Pump
from shared.messaging.relay import Relay
from shared.messaging.tests.desk import Desk, asked, metadata
from shared.messaging.topology import NETWORK_IN, Address, from_node
from shared.polling import poll_until
from shared.schemas.intake import HistoryAsked

NODE = "harbour-house"
NODE_QUEUE, HUB_QUEUE = f"node.{NODE}", "referral"  #: the second hears what is said by the owner of the first
SOON = 20.0  #: seconds within which what was said must have had its effect
AT_ONCE = 10  #: things said in one transaction
STOPPED = 40.0  #: seconds within which a pump must have stopped

Connect = Callable[[], Link]


def desk_on(url: str, *, confirm: float = 1) -> Desk:
    """A desk in an empty database; so many seconds without a confirm, and it says a thing again."""
    desk = Desk(url)
    outbox_of(desk).patience = Patience(confirm=confirm)
    return desk


def outbox_of(desk: Desk) -> Outbox:
    outbox = desk.database.outbox
    assert outbox is not None
    return outbox


def pump_of(desk: Desk, connect: Connect, *, queue: str = HUB_QUEUE, handler: Handler | None = None) -> Pump:
    """The desk's pump, not yet running; ``handler`` in place of the desk's own."""
    delivery = replace(desk.delivery, queue=queue, handler=handler or desk.handle)
    return Pump(posted(connect, None), delivery, Relay(desk.database, outbox_of(desk)))


@contextmanager
def running(*pumps: Pump) -> Iterator[None]:
    """Each pump in a thread of its own; at the end of the block each must stop, and have met no error."""
    errors: list[BaseException] = []
    threads = [Thread(target=_run, args=(pump, errors), daemon=True) for pump in pumps]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        for pump in pumps:
            pump.stop()
        for thread in threads:
            thread.join(STOPPED)
    assert errors == []
    assert not any(thread.is_alive() for thread in threads)


def _run(pump: Pump, errors: list[BaseException]) -> None:
    try:
        pump.run()
    except BaseException as error:  # noqa: BLE001 - told where the test can see it
        errors.append(error)


def say(desk: Desk, count: int = 1, *, to: Address | None = None) -> list[UUID]:
    """Say so many things, a few in each transaction; returns what they are about, in order."""
    about = [new_id() for _ in range(count)]
    for first in range(0, count, AT_ONCE):
        _say(desk, about[first : first + AT_ONCE], to or from_node(NODE))
    return about


def _say(desk: Desk, about: Sequence[UUID], to: Address) -> None:
    with desk.database.transaction() as tx:
        for referral_id in about:
            event = HistoryAsked(referral_id=referral_id, after=0)
            tx.outbox.publish(tx, event, to=to, subject="")


def unsent(desk: Desk) -> int:
    """How many events the outbox holds."""
    with desk.database.reading() as tx:
        bodies = tx.execute(select(metadata.tables["outbox"].c.body)).scalars()
        return sum(len(unpacked(body, None)) for body in bodies)


def parked_at(desk: Desk) -> list[Parked]:
    with desk.database.reading() as tx:
        return parked.list_parked(tx, metadata.tables["parked"])


def await_effects(desk: Desk, count: int, *, seconds: float = SOON) -> list[UUID]:
    """What the desk has counted, once it is so many or more."""
    poll_until(lambda: len(desk.effects()) >= count, seconds=seconds, what=f"{count} effects")
    return desk.effects()


def questions(count: int) -> list[Outgoing]:
    """Messages of the node to the hub, as they are on the wire."""
    return [on_the_wire(asked(number)) for number in range(count)]


def on_the_wire(incoming: Incoming) -> Outgoing:
    assert incoming.id is not None
    return Outgoing(incoming.id, NETWORK_IN, incoming.routing_key, incoming.body)


def put(link: Link, messages: Sequence[Outgoing]) -> None:
    """Publish, and wait until the broker has them all."""
    link.publish(messages)
    confirmed: set[UUID] = set()

    def all_answered() -> bool:
        link.take(0, 0.01)
        confirmed.update(link.settled().confirmed)
        return confirmed >= {message.id for message in messages}

    poll_until(all_answered, seconds=SOON, what="confirms")


def waiting(url: str, queue: str) -> int:
    """How many messages are ready in a queue, taken by nobody."""
    with Connection(url) as connection:
        return int(connection.default_channel.queue_declare(queue, passive=True).message_count)


def consumers(url: str, queue: str) -> int:
    """How many links take from a queue."""
    with Connection(url) as connection:
        return int(connection.default_channel.queue_declare(queue, passive=True).consumer_count)


def emptied(url: str, queue: str) -> int:
    """How many events were ready in a queue; they are taken out."""
    link, taken = Post(AmqpLink(url, queue)), 0
    while arrived := link.take(10_000, 1.0):
        link.acknowledge(arrived)
        taken += len(arrived)
    link.close(politely=True)
    return taken


@contextmanager
def locked(url: str) -> Iterator[None]:
    """Another process writes to the SQLite file and does not come to an end."""
    other = sqlite3.connect(make_url(url).database or "", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.close()


def say_and_hear(node: Desk, hub: Desk, to_node: str, to_hub: str) -> tuple[Pump, Pump]:
    """Pumps of a node that says and of a hub that hears, each at its broker's address."""
    return (
        pump_of(node, lambda: AmqpLink(to_node, NODE_QUEUE), queue=NODE_QUEUE),
        pump_of(hub, lambda: AmqpLink(to_hub, HUB_QUEUE)),
    )


def await_all_sent(desk: Desk, *, seconds: float = SOON) -> None:
    poll_until(lambda: unsent(desk) == 0, seconds=seconds, what="the outbox to be empty")


def await_log(logs: Sequence[Mapping[str, object]], event: str, *, times: int = 1) -> None:
    def often_enough() -> bool:
        return sum(entry["event"] == event for entry in logs) >= times

    poll_until(often_enough, seconds=SOON, what=event)


def events(logs: Sequence[Mapping[str, object]]) -> set[object]:
    """What has been logged, by name."""
    return {entry["event"] for entry in logs}
