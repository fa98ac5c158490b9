"""A broker that is short of memory blocks who publishes: what we say waits, what we hear goes on, the link stays."""

import time
from collections.abc import Callable
from itertools import count
from typing import Any

import pytest

from shared.database import Transaction
from shared.messaging import amqp, pump
from shared.messaging.amqp import AmqpLink
from shared.messaging.delivery import Batch
from shared.messaging.errors import Unready
from shared.messaging.tests.desk import Desk
from shared.messaging.topology import to_node
from shared.polling import poll_until
from shared.schemas.intake import HistoryAsked
from shared.testing.alarm import memory_alarm
from shared.testing.broker import Broker
from tests.desks import (
    HUB_QUEUE,
    NODE,
    NODE_QUEUE,
    SOON,
    await_all_sent,
    await_effects,
    desk_on,
    events,
    pump_of,
    put,
    questions,
    running,
    unsent,
    waiting,
)

Links = Callable[[str], AmqpLink]

PATIENCE = 1.0  #: seconds for a confirm; an alarm lasts longer


@pytest.fixture
def desk(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr(amqp, "CONFIRM_TIMEOUT", PATIENCE)
    monkeypatch.setattr(pump, "BATCH", 5)
    return desk_on(sqlite_url)


def answering(desk: Desk, heard: Callable[[], object]) -> Callable[[Transaction, Batch], None]:
    """A handler that answers each message to the node."""

    def handle(tx: Transaction, batch: Batch) -> None:
        desk.handle(tx, batch)
        for message in batch.fresh:
            tx.outbox.publish(tx, message.event, to=to_node(NODE), subject="")
            heard()

    return handle


def outlast_patience() -> None:
    """Let the alarm last longer than a confirm may otherwise take."""
    begun = time.monotonic()
    poll_until(lambda: time.monotonic() - begun > 2 * PATIENCE, seconds=SOON, what="time to pass")


def test_what_is_said_waits_and_what_is_heard_goes_on(
    broker: Broker, link: Links, desk: Desk, logs: list[Any]
) -> None:
    blocked: list[bool] = []
    service = link(HUB_QUEUE)
    handler = answering(desk, lambda: blocked.append(service.blocked))
    put(link("reporting"), questions(500))
    with memory_alarm(broker), running(pump_of(desk, lambda: service, handler=handler)):
        await_effects(desk, 500)
        outlast_patience()
        assert blocked[-1]
        assert unsent(desk) == 500

    with running(pump_of(desk, lambda: service, handler=handler)):
        await_all_sent(desk)
    ...


def test_what_is_not_ready_waits_for_the_end_of_the_alarm(
    broker: Broker, link: Links, desk: Desk, logs: list[Any]
) -> None: ...
