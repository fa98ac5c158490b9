"""What was committed is said to the real broker until it has it, and then forgotten; on both engines."""

from collections.abc import Callable
from typing import Any

import pytest
from kombu import Connection
from sqlalchemy.exc import OperationalError

from shared import engines
from shared.clock import now
from shared.messaging import topology
from shared.messaging.amqp import AmqpLink
from shared.messaging.relay import REFUSED_AGAIN, Relay
from shared.messaging.tests.desk import Desk
from shared.messaging.topology import NETWORK_IN, Address
from shared.testing.broker import Broker, furnish
from tests.desks import (
    HUB_QUEUE,
    NODE_QUEUE,
    SOON,
    await_all_sent,
    await_log,
    desk_on,
    emptied,
    locked,
    outbox_of,
    pump_of,
    running,
    say,
    unsent,
)

NOWHERE = Address(NETWORK_IN, "nowhere.")

Links = Callable[[str], AmqpLink]


@pytest.fixture
def desk(database_url: str) -> Desk:
    return desk_on(database_url, confirm=15)


def test_what_the_broker_has_confirmed_is_forgotten(desk: Desk, hub: str, link: Links) -> None:
    with running(pump_of(desk, lambda: link(NODE_QUEUE), queue=NODE_QUEUE)):
        say(desk, 1_200)
        await_all_sent(desk)

    assert emptied(hub, HUB_QUEUE) == 1_200


def test_what_another_process_wrote_is_said_too(desk: Desk, hub: str, link: Links) -> None:
    web = desk_on(desk.url)
    with running(pump_of(desk, lambda: link(NODE_QUEUE), queue=NODE_QUEUE)):
        say(web, 3)
        await_all_sent(web)

    assert emptied(hub, HUB_QUEUE) == 3


def test_what_nobody_asked_for_stays_and_is_said_again(
    desk: Desk, hub: str, link: Links, logs: list[Any]
) -> None:
    with running(pump_of(desk, lambda: link(NODE_QUEUE), queue=NODE_QUEUE)):
        say(desk, to=NOWHERE)
        await_log(logs, "outbox.refused_by_broker")
        assert unsent(desk) == 1

        with Connection(hub) as administrator:
            administrator.default_channel.queue_bind(HUB_QUEUE, NETWORK_IN, "nowhere.#")
        desk.database.clock = lambda: now() + REFUSED_AGAIN
        await_all_sent(desk)

    assert emptied(hub, HUB_QUEUE) == 1


def test_what_a_full_queue_refuses_stays(
    broker: Broker, database_url: str, vhost: str, monkeypatch: pytest.MonkeyPatch, logs: list[Any]
) -> None:
    monkeypatch.setattr(topology, "QUEUE_BYTES", 4_000)
    furnish(broker, vhost)
    desk = desk_on(database_url)
    with running(pump_of(desk, lambda: AmqpLink(vhost, "reporting"), queue="reporting")):
        said = 0
        while not any(line["event"] == "outbox.refused_by_broker" for line in logs):
            say(desk, 20)  # the broker finds out that its queue is full when a batch is in it
            said += 20

    kept_by_the_broker = emptied(vhost, HUB_QUEUE)
    assert 0 < kept_by_the_broker < said
    assert unsent(desk) >= said - kept_by_the_broker


def test_a_large_backlog_is_forgotten_while_it_is_said(sqlite_url: str, hub: str, link: Links) -> None:
    """Else its first rows come due again before the last are said, and it is never done."""
    desk = desk_on(sqlite_url, confirm=0.3)
    say(desk, 6_000)
    with running(pump_of(desk, lambda: link(NODE_QUEUE), queue=NODE_QUEUE)):
        await_all_sent(desk)

    assert emptied(hub, HUB_QUEUE) < 2 * 6_000


def test_what_waits_to_be_said_still_does_after_the_database_was_away(
    sqlite_url: str, hub: str, link: Links, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "LOCK_PATIENCE", 0.1)
    desk, web = desk_on(sqlite_url), desk_on(sqlite_url)
    relay, to_hub = Relay(desk.database, outbox_of(desk)), link(NODE_QUEUE)
    say(desk)
    say(web)
    with locked(sqlite_url), pytest.raises(OperationalError):
        relay.send_due(to_hub)
    relay.send_due(to_hub)
    while to_hub.open_publishes:
        to_hub.take(0, SOON)

    assert emptied(hub, HUB_QUEUE) == 2
