"""The embedded bus: it routes as RabbitMQ does, keeps time, and outlives a file that is locked for a while."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from kombu import Connection, Exchange, Queue

from shared import engines
from shared.clock import new_id
from shared.database import Database
from shared.messaging.embedded import EmbeddedLink, open_bus, provision
from shared.messaging.errors import LinkLost
from shared.messaging.message import Outgoing
from shared.messaging.topology import HUB_QUEUES, node_bindings
from tests.desks import (
    HUB_QUEUE,
    NODE,
    NODE_QUEUE,
    await_all_sent,
    await_effects,
    await_log,
    desk_on,
    locked,
    pump_of,
    questions,
    running,
    say,
)

TOPICS = {
    *(pattern for bound in HUB_QUEUES.values() for _, pattern in bound),
    *(pattern for _, pattern in node_bindings(NODE)),
    "a.*.c",
    "a.#.c",
    "#.c",
    "#",
}
KEYS = [
    "from.x.intake.move_made",
    "from.x.y.intake.move_made",
    "from..intake.move_made",
    "xfrom.x.intake.move_made",
    "reporting.referral.moved",
    "reporting.referral.moved.on",
    f"to.{NODE}",
    f"to.{NODE}.referral.offered",
    f"to.{NODE}er.referral.offered",
    "to.all.x",
    "a.c",
    "a.b.c",
    "a.b.b.c",
    "a.bc",
]


@pytest.fixture
def bus(tmp_path: Path) -> Database:
    bus = open_bus(str(tmp_path / "bus.db"))
    provision(bus, HUB_QUEUE, HUB_QUEUES[HUB_QUEUE])
    provision(bus, NODE_QUEUE, node_bindings(NODE))
    return bus


def arrived_at_rabbitmq(url: str, topic: str) -> set[str]:
    """Which of the keys a queue receives that is bound with the topic."""
    with Connection(url, transport_options={"confirm_publish": True}) as connection:
        queue = Queue("probe", Exchange("probe", "topic"), topic)(connection.default_channel)
        queue.declare()
        for key in KEYS:
            connection.Producer().publish("", key, exchange="probe")
        keys = {
            message.delivery_info["routing_key"] for message in iter(lambda: queue.get(no_ack=True), None)
        }
        queue.delete()
    return keys


def arrived_at_the_bus(bus: Database, topic: str) -> set[str]:
    queue = f"probe of {topic}"
    provision(bus, queue, [(queue, topic)])
    link = EmbeddedLink(bus, queue)
    link.publish([Outgoing(new_id(), queue, key, b"") for key in KEYS])
    return {message.routing_key for message in link.take(99, 0)}


def test_it_routes_by_topic_as_rabbitmq_does(bus: Database, vhost: str) -> None:
    at_rabbitmq = {topic: arrived_at_rabbitmq(vhost, topic) for topic in TOPICS}

    assert {topic: arrived_at_the_bus(bus, topic) for topic in TOPICS} == at_rabbitmq


def test_a_file_of_before_serves(tmp_path: Path) -> None:
    """A network for a workshop goes on in its folder after an upgrade; what was tried again once waited in the bus."""
    path = tmp_path / "bus.db"
    with closing(sqlite3.connect(path)) as file:
        file.execute("CREATE TABLE mailbox (position INTEGER PRIMARY KEY, attempt INTEGER NOT NULL)")
    bus = open_bus(str(path))
    provision(bus, HUB_QUEUE, HUB_QUEUES[HUB_QUEUE])
    link = EmbeddedLink(bus, HUB_QUEUE)
    link.publish(questions(2))

    assert len(link.take(9, 0)) == 2


def test_what_is_said_between_services_has_its_effect_once(bus: Database, tmp_path: Path) -> None:
    node, hub = desk_on(f"sqlite:///{tmp_path / 'node.db'}"), desk_on(f"sqlite:///{tmp_path / 'hub.db'}")
    said = say(node, 500)
    with running(
        pump_of(node, lambda: EmbeddedLink(bus, NODE_QUEUE), queue=NODE_QUEUE),
        pump_of(hub, lambda: EmbeddedLink(bus, HUB_QUEUE)),
    ):
        await_effects(hub, 500)
        await_all_sent(node)

    assert sorted(hub.effects()) == said


def test_what_was_confirmed_is_there_when_the_file_is_opened_again(bus: Database) -> None:
    [said] = questions(1)
    link = EmbeddedLink(bus, NODE_QUEUE)
    link.publish([said])
    assert link.settled().confirmed == {said.id}
    path = str(bus.engine.url.database)
    bus.close()

    assert [message.id for message in EmbeddedLink(open_bus(path), HUB_QUEUE).take(9, 0)] == [said.id]


def test_a_file_that_cannot_be_written_is_a_lost_link(bus: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "LOCK_PATIENCE", 0.1)
    link = EmbeddedLink(bus, HUB_QUEUE)
    with locked(str(bus.engine.url)), pytest.raises(LinkLost):
        link.publish(questions(1))

    assert not link.settled()


def test_a_file_that_cannot_be_read_is_a_lost_link(bus: Database) -> None:
    link = EmbeddedLink(bus, HUB_QUEUE)
    bus.close()
    path = Path(str(bus.engine.url.database))
    for file in path.parent.glob("bus.db*"):
        file.write_bytes(b"no database" * 999)

    with pytest.raises(LinkLost):
        link.take(9, 0)


def test_a_locked_file_is_waited_for_and_loses_nothing(
    bus: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, logs: list[Any]
) -> None:
    monkeypatch.setattr(engines, "LOCK_PATIENCE", 0.1)
    desk = desk_on(f"sqlite:///{tmp_path / 'desk.db'}")
    EmbeddedLink(bus, NODE_QUEUE).publish(questions(300))
    with running(pump_of(desk, lambda: EmbeddedLink(bus, HUB_QUEUE))):
        with locked(str(bus.engine.url)):
            await_log(logs, "link.lost")
        await_effects(desk, 300)

    assert len(set(desk.effects())) == len(desk.effects()) == 300
