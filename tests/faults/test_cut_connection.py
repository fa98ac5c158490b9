"""The connection is cut, or stumbles, at any moment: nothing is lost, nothing has its effect twice."""

import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest

from shared.database import Transaction
from shared.messaging import pump
from shared.messaging.amqp import AmqpLink
from shared.messaging.delivery import Batch
from shared.messaging.tests.desk import Desk
from shared.polling import poll_until
from shared.testing.proxy import Proxy
from tests.desks import (
    HUB_QUEUE,
    NODE_QUEUE,
    SOON,
    await_all_sent,
    await_effects,
    await_log,
    desk_on,
    events,
    pump_of,
    put,
    questions,
    running,
    say,
    say_and_hear,
    unsent,
    waiting,
)

CUTS = 12  #: fewer than the deliveries that the broker allows one message
STUMBLE = 2.0  #: seconds; less than a heartbeat

Links = Callable[[str], AmqpLink]


@pytest.fixture
def node(sqlite_url: str) -> Desk:
    return desk_on(sqlite_url, confirm=0.2)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return desk_on(f"sqlite:///{tmp_path / 'hub.db'}")


@pytest.mark.parametrize("seed", range(3))
def test_cut_at_any_byte(
    hub: str, node: Desk, desk: Desk, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pump, "LONGEST_PAUSE", 0.2)
    chance = Random(seed)  # noqa: S311 - nothing is kept secret with it
    lifetimes = [[chance.randrange(500, 50_000) for _ in range(CUTS)] for _ in "ab"]
    with Proxy(hub, lifetimes=lifetimes[0]) as one, Proxy(hub, lifetimes=lifetimes[1]) as other:
        with running(*say_and_hear(node, desk, one.url, other.url)):
            said = say(node, 500)
            await_effects(desk, 500)
            await_all_sent(node)

        assert min(one.connections, other.connections) > CUTS / 2
    assert sorted(desk.effects()) == said


def test_cut_between_commit_and_acknowledgement(hub: str, desk: Desk, link: Links, logs: list[Any]) -> None:
    repeats: list[int] = []

    with Proxy(hub) as proxy:

        def handle(tx: Transaction, batch: Batch) -> None:
            desk.handle(tx, batch)
            repeats.append(len(batch.repeated))
            if len(repeats) == 1:
                tx.after_commit.append(proxy.cut)

        put(link(NODE_QUEUE), questions(500))
        with running(pump_of(desk, lambda: AmqpLink(proxy.url, HUB_QUEUE), handler=handle)):
            await_log(logs, "link.lost")
            await_effects(desk, 500)

    assert sum(repeats) > 0
    assert len(set(desk.effects())) == len(desk.effects()) == 500


def test_cut_between_publishing_and_confirm(hub: str, node: Desk, desk: Desk) -> None:
    with (
        Proxy(hub) as proxy,
        running(pump_of(node, lambda: AmqpLink(proxy.url, NODE_QUEUE), queue=NODE_QUEUE)),
    ):
        said = say(node)
        await_all_sent(node)
        proxy.swallow(to_server=False)
        said += say(node, 50)
        poll_until(lambda: waiting(hub, HUB_QUEUE) >= 6, seconds=SOON, what="all packs at the broker")
        assert unsent(node) == 50
        proxy.cut()
        proxy.heal()
        await_all_sent(node)
    with running(pump_of(desk, lambda: AmqpLink(hub, HUB_QUEUE))):
        await_effects(desk, 51)

    assert sorted(desk.effects()) == said


def test_a_network_that_stumbles_is_not_a_dead_one(hub: str, node: Desk, desk: Desk, logs: list[Any]) -> None:
    """The stumble is longer than the second after which the library would have the system give up."""
    with Proxy(hub) as proxy, running(*say_and_hear(node, desk, proxy.url, proxy.url)):
        say(node)
        await_effects(desk, 1)
        proxy.hold()
        say(node, 2_000)
        time.sleep(STUMBLE)
        proxy.heal()
        await_effects(desk, 2_001)
        await_all_sent(node)

    assert "link.lost" not in events(logs)
