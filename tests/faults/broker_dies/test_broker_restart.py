"""The broker ends in mid-run, in good order or at once: nothing is lost, nothing has its effect twice."""

import time
from collections.abc import Callable
from threading import Event
from typing import Any
from urllib.parse import urlsplit

import pytest

from shared.messaging import pump
from shared.messaging.amqp import AmqpLink
from shared.messaging.errors import LinkLost
from shared.messaging.tests.desk import Desk
from shared.polling import poll_until
from shared.ports import LOOPBACK, free_ports
from shared.testing.broker import Broker, let_declarations_settle
from tests.desks import (
    HUB_QUEUE,
    NODE_QUEUE,
    await_all_sent,
    await_effects,
    await_log,
    desk_on,
    emptied,
    events,
    pump_of,
    running,
    say,
    say_and_hear,
)

BACK = 60.0  #: seconds within which all is done once the broker is ordered to come back


@pytest.fixture
def node(sqlite_url: str) -> Desk:
    return desk_on(sqlite_url)


@pytest.fixture
def desk(postgres_url: str) -> Desk:
    return desk_on(postgres_url)


def in_the_middle(desk: Desk, do: Callable[[], object]) -> Event:
    """Do it while the desk handles its 150th message: heard, not committed. The event says that it is done."""
    done, count = Event(), iter(range(1_000))

    def handle(_: object) -> None:
        if next(count) == 150:
            do()
            done.set()

    desk.also = handle
    return done


@pytest.mark.parametrize("how", ["killed", "restarted"])
def test_nothing_is_lost_or_doubled_when_the_broker_is(
    broker: Broker,
    hub: str,
    node: Desk,
    desk: Desk,
    how: str,
    logs: list[Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pump, "LONGEST_PAUSE", 0.5)
    let_declarations_settle()
    halfway = in_the_middle(desk, broker.kill if how == "killed" else lambda: None)
    with running(*say_and_hear(node, desk, hub, hub)):
        said = say(node, 300)
        poll_until(halfway.is_set, seconds=BACK, what="the middle of the run")
        said += say(node, 100)
        broker.restart()
        said += say(node, 100)
        await_effects(desk, 500, seconds=BACK)
        await_all_sent(node, seconds=BACK)

    assert sorted(desk.effects()) == said
    assert "link.lost" in events(logs)
    assert "message.parked" not in events(logs)


def test_a_service_that_starts_before_its_broker_works_once_it_is_there(
    hub: str, node: Desk, logs: list[Any]
) -> None:
    nobody = urlsplit(hub)._replace(netloc=f"somebody:secret@{LOOPBACK}:{free_ports(1)[0]}").geturl()
    addresses = [nobody]
    with running(pump_of(node, lambda: AmqpLink(addresses[-1], NODE_QUEUE), queue=NODE_QUEUE)):
        said = say(node, 10)
        await_log(logs, "link.lost")
        addresses.append(hub)
        await_all_sent(node)

    assert emptied(hub, HUB_QUEUE) >= len(said)


def test_a_port_where_nobody_listens_is_a_lost_link_at_once() -> None:
    begun = time.monotonic()
    with pytest.raises(LinkLost, match="ConnectionRefusedError"):
        AmqpLink(f"amqp://somebody:secret@{LOOPBACK}:{free_ports(1)[0]}/%2F", HUB_QUEUE)

    assert time.monotonic() - begun < 1
