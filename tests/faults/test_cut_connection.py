"""The connection is cut or stumbles at any moment: nothing is lost, nothing has its effect twice."""

import time
from pathlib import Path
from random import Random
from typing import Any

import pytest

from shared.database import Transaction
from shared.messaging.amqp import AmqpLink
from shared.messaging.delivery import Batch
from shared.messaging.errors import LinkLost
from shared.messaging.tests.desk import Desk
from shared.polling import poll_until
from shared.ports import LOOPBACK, free_ports
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

CUTS = 12  #: fewer than the deliveries that the broker allows a message
STUMBLE = 2.5  #: seconds; shorter than a heartbeat


@pytest.fixture
def node(sqlite_url: str) -> Desk:
    return desk_on(sqlite_url)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return desk_on(f"sqlite:///{tmp_path / 'hub.db'}")


@pytest.mark.parametrize("seed", range(3))
def test_cut_at_any_byte_nothing_is_lost_or_doubled(hub: str, node: Desk, desk: Desk, seed: int) -> None:
    chance = Random(seed)  # noqa: S311 - nothing is kept secret with it
    lifetimes = [[chance.randrange(500, 50_000) for _ in range(CUTS)] for _ in "ab"]
    with Proxy(hub, lifetimes=lifetimes[0]) as one, Proxy(hub, lifetimes=lifetimes[1]) as other:
        with running(*say_and_hear(node, desk, one.url, other.url)):
            said = say(node, 500)
            await_effects(desk, 500)
            await_all_sent(node)

        assert min(one.connections, other.connections) > CUTS / 2
    assert sorted(desk.effects()) == said


def test_cut_between_commit_and_acknowledgement_the_effect_stays_one(hub: str, desk: Desk, logs: list[Any]) -> None:
    commits: list[int] = []

    with Proxy(hub) as proxy:

        def handle(tx: Transaction, batch: Batch) -> None:
            desk.handle(tx, batch)
            commits.append(len(batch.fresh))
            if len(commits) == 1:
                tx.after_commit.append(proxy.cut)

        with AmqpLinkTo(hub, NODE_QUEUE) as sender:
            put(sender, questions(500))
        with running(pump_of(desk, lambda: AmqpLink(proxy.url, HUB_QUEUE), handler=handle)):
            await_effects(desk, 500)
            await_log(logs, "link.lost")
