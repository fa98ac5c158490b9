"""The network swallows what is said and tells nobody: it is noticed within two heartbeats, and work goes on."""

import time
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from shared.messaging import amqp
from shared.messaging.amqp import AmqpLink
from shared.messaging.errors import LinkLost
from shared.messaging.tests.desk import Desk
from shared.testing.proxy import Proxy
from tests.desks import (
    HUB_QUEUE,
    NODE_QUEUE,
    await_all_sent,
    await_effects,
    await_log,
    desk_on,
    pump_of,
    put,
    questions,
    running,
    say,
    unsent,
)

HEARTBEAT = 1  #: seconds; a sixth of the real one, so that the test need not wait as long
LOOKED_AT = HEARTBEAT / 3  #: seconds between two looks at when the peer was last heard
PATIENCE = 1.0  #: seconds for one answer

HOLES: dict[str, Callable[[Proxy], None]] = {
    "in both directions": Proxy.swallow,
    "on the way to us": partial(Proxy.swallow, to_server=False),
    "half open": Proxy.leave_half_open,
}


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(amqp, "HEARTBEAT", HEARTBEAT)
    for name in ("CONNECT_TIMEOUT", "WRITE_TIMEOUT"):
        monkeypatch.setattr(amqp, name, PATIENCE)


@pytest.fixture
def desk(sqlite_url: str) -> Desk:
    return desk_on(sqlite_url)


@pytest.mark.parametrize("hole", HOLES)
def test_it_is_noticed_within_two_heartbeats_and_work_goes_on(
    hub: str, desk: Desk, link: Callable[[str], AmqpLink], logs: list[Any], hole: str
) -> None:
    with Proxy(hub) as proxy, running(pump_of(desk, lambda: AmqpLink(proxy.url, HUB_QUEUE))):
        put(link(NODE_QUEUE), questions(1))
        await_effects(desk, 1)

        HOLES[hole](proxy)
        begun = time.monotonic()
        await_log(logs, "link.lost")
        noticed = time.monotonic() - begun

        proxy.heal()
        put(link(NODE_QUEUE), questions(1))
        await_effects(desk, 2)

    assert noticed < 2 * HEARTBEAT + LOOKED_AT + PATIENCE


def test_that_the_broker_does_not_hear_us_it_notices(hub: str, desk: Desk, logs: list[Any]) -> None:
    with (
        Proxy(hub) as proxy,
        running(pump_of(desk, lambda: AmqpLink(proxy.url, NODE_QUEUE), queue=NODE_QUEUE)),
    ):
        say(desk)
        await_all_sent(desk)
        proxy.swallow(to_client=False)
        say(desk)
        await_log(logs, "link.lost")
        proxy.heal()
        await_all_sent(desk)


def test_what_was_swallowed_is_said_again(hub: str, desk: Desk) -> None:
    with (
        Proxy(hub) as proxy,
        running(pump_of(desk, lambda: AmqpLink(proxy.url, NODE_QUEUE), queue=NODE_QUEUE)),
    ):
        say(desk)
        await_all_sent(desk)
        proxy.swallow()
        say(desk, 100)
        assert unsent(desk) == 100
        proxy.heal()
        await_all_sent(desk)


def test_to_connect_into_it_ends(hub: str) -> None:
    with Proxy(hub) as proxy:
        proxy.swallow()
        begun = time.monotonic()
        with pytest.raises(LinkLost):
            AmqpLink(proxy.url, HUB_QUEUE)

    assert time.monotonic() - begun < 2 * PATIENCE


def test_to_stop_in_it_ends(hub: str, desk: Desk) -> None:
    with Proxy(hub) as proxy:
        with running(pump_of(desk, lambda: AmqpLink(proxy.url, NODE_QUEUE), queue=NODE_QUEUE)):
            say(desk)
            await_all_sent(desk)
            proxy.swallow()
            begun = time.monotonic()
        assert time.monotonic() - begun < 5 * PATIENCE
