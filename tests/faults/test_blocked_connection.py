"""A broker short of memory or disk blocks who publishes: what we say waits, what we hear goes on, the link stays."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from threading import Event
from typing import TYPE_CHECKING, Any

import pytest

from shared.database import Transaction
from shared.messaging import confirms, pump
from shared.messaging.amqp import AmqpLink
from shared.messaging.delivery import Batch
from shared.messaging.errors import Unready
from shared.messaging.post import Post
from shared.messaging.tests.desk import Desk
from shared.messaging.topology import to_node
from shared.polling import poll_until
from shared.testing.alarm import disk_alarm, memory_alarm
from shared.testing.broker import Broker
from tests.desks import (
    HUB_QUEUE,
    NODE,
    NODE_QUEUE,
    SOON,
    await_all_sent,
    await_effects,
    await_log,
    desk_on,
    emptied,
    events,
    pump_of,
    put,
    questions,
    running,
    unsent,
)

if TYPE_CHECKING:
    from uuid import UUID

Alarm = Callable[[Broker], AbstractContextManager[None]]

PATIENCE = 1.0  #: seconds for a confirm; an alarm lasts longer


class Service:
    """A desk that answers each message to the node, and looks whether it is blocked; it starts with the alarm."""

    def __init__(self, desk: Desk, link: Callable[[str], AmqpLink]) -> None:
        self.desk, self._link = desk, link
        self.alarm = Event()
        self.blocked: list[bool] = []
        self.unready: set[UUID] = set()
        self.pump = pump_of(desk, self._connect, handler=self._handle)

    def _connect(self) -> AmqpLink:
        self.alarm.wait(SOON)
        self._opened = self._link(HUB_QUEUE)
        return self._opened

    def _handle(self, tx: Transaction, batch: Batch) -> None:
        for message in batch.fresh:
            if message.id in self.unready and message.attempt == 0:
                raise Unready("not_yet")
            tx.outbox.publish(tx, message.event, to=to_node(NODE), subject="")
        self.desk.handle(tx, batch)
        self.blocked.append(self._opened.blocked)


@pytest.fixture
def service(sqlite_url: str, link: Callable[[str], AmqpLink], monkeypatch: pytest.MonkeyPatch) -> Service:
    monkeypatch.setattr(confirms, "CONFIRM_TIMEOUT", PATIENCE)
    monkeypatch.setattr(pump, "BATCH", 5)
    return Service(desk_on(sqlite_url), link)


@pytest.fixture
def sender(link: Callable[[str], AmqpLink]) -> Post:
    return Post(link("reporting"))


def outlast_patience() -> None:
    """Let the alarm last longer than a confirm may otherwise take."""
    begun = time.monotonic()
    poll_until(lambda: time.monotonic() - begun > 2 * PATIENCE, seconds=SOON, what="time to pass")


@pytest.mark.parametrize("alarm", [memory_alarm, disk_alarm])
def test_what_is_said_waits_and_what_is_heard_goes_on(
    alarm: Alarm, broker: Broker, hub: str, service: Service, sender: Post, logs: list[Any]
) -> None:
    put(sender, questions(500))
    with running(service.pump):
        with alarm(broker):
            service.alarm.set()
            await_effects(service.desk, 500)
            outlast_patience()
            waits = unsent(service.desk)
        await_all_sent(service.desk)

    assert sum(service.blocked) > 50
    assert waits > 450
    assert emptied(hub, NODE_QUEUE) >= 500
    assert "link.lost" not in events(logs)


def test_what_is_not_ready_needs_no_broker_to_be_tried_again(
    broker: Broker, service: Service, sender: Post, logs: list[Any]
) -> None:
    said = questions(50)
    service.unready.add(said[40].id)
    put(sender, said)
    with running(service.pump), memory_alarm(broker):
        service.alarm.set()
        await_log(logs, "message.will_retry")
        await_effects(service.desk, 50)
        outlast_patience()

    assert len(set(service.desk.effects())) == len(service.desk.effects()) == 50
    assert "link.lost" not in events(logs)
