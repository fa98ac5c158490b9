"""What cannot be handled yet waits at the real broker, comes back counted, and in the end waits for a person."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from kombu import Connection

from shared.database import Transaction
from shared.messaging import parked
from shared.messaging.amqp import AmqpLink
from shared.messaging.delivery import Batch
from shared.messaging.errors import Refused, Unready
from shared.messaging.message import Outgoing
from shared.messaging.tests.desk import Desk, metadata
from shared.messaging.topology import ATTEMPTS, DELIVERY_LIMIT, retry_queue
from shared.polling import poll_until
from shared.schemas.intake import HistoryAsked
from shared.testing.broker import Broker, furnish
from tests.desks import (
    HUB_QUEUE,
    NODE_QUEUE,
    SOON,
    await_effects,
    await_log,
    desk_on,
    parked_at,
    pump_of,
    put,
    questions,
    running,
    waiting,
)

Links = Callable[[str], AmqpLink]


@pytest.fixture
def desk(sqlite_url: str) -> Desk:
    return desk_on(sqlite_url)


class Unwilling:
    """A handler that is not ready for the first ``times`` attempts; keeps each attempt's number and moment."""

    def __init__(self, desk: Desk, times: int) -> None:
        self.desk, self.times = desk, times
        self.attempts: list[tuple[int, float]] = []

    def __call__(self, tx: Transaction, batch: Batch) -> None:
        [message] = batch.fresh
        self.attempts.append((message.attempt, time.monotonic()))
        if len(self.attempts) <= self.times:
            raise Unready("not_yet")
        self.desk.handle(tx, batch)


def refuse(_: HistoryAsked) -> None:
    raise Refused("no")


def park_one(desk: Desk, link: Links) -> Outgoing:
    """A message that was refused."""
    desk.also = refuse
    [said] = questions(1)
    put(link(NODE_QUEUE), [said])
    with running(pump_of(desk, lambda: link(HUB_QUEUE))):
        poll_until(lambda: parked_at(desk), seconds=SOON, what="a parked message")
    return said


def replay(desk: Desk) -> None:
    [waits] = parked_at(desk)
    with desk.database.transaction() as tx:
        parked.replay(tx, metadata.tables["parked"], waits.id)


def publish_attempt(url: str, message: Outgoing, attempt: int) -> None:
    """As if it had been tried so often before."""
    with Connection(url) as connection:
        named = {"message_id": str(message.id), "headers": {"x-attempt": attempt}}
        connection.Producer().publish(message.body, message.routing_key, exchange=message.exchange, **named)


def test_what_is_not_ready_is_tried_again_after_a_second(desk: Desk, hub: str, link: Links) -> None:
    unwilling = Unwilling(desk, times=1)
    put(link(NODE_QUEUE), questions(1))
    with running(pump_of(desk, lambda: link(HUB_QUEUE), handler=unwilling)):
        await_effects(desk, 1)

    (first, at), (second, later) = unwilling.attempts
    assert (first, second) == (0, 1)
    assert 0.95 <= later - at < 5
    assert waiting(hub, HUB_QUEUE) == waiting(hub, retry_queue(HUB_QUEUE, 1)) == 0


def test_each_attempt_waits_one_step_higher(desk: Desk, hub: str, link: Links) -> None:
    unwilling = Unwilling(desk, times=2)
    put(link(NODE_QUEUE), questions(1))
    with running(pump_of(desk, lambda: link(HUB_QUEUE), handler=unwilling)):
        second_step = lambda: waiting(hub, retry_queue(HUB_QUEUE, 2)) == 1  # noqa: E731
        poll_until(second_step, seconds=SOON, what="the message on its second step")

    assert [attempt for attempt, _ in unwilling.attempts] == [0, 1]


def test_a_ladder_that_is_not_there_loses_nothing(
    broker: Broker, desk: Desk, hub: str, link: Links, logs: list[Any]
) -> None:
    with Connection(hub) as administrator:
        administrator.default_channel.queue_delete(retry_queue(HUB_QUEUE, 1))
    put(link(NODE_QUEUE), questions(1))
    with running(pump_of(desk, lambda: link(HUB_QUEUE), handler=Unwilling(desk, times=2))):
        await_log(logs, "link.lost")
        furnish(broker, hub)
        await_effects(desk, 1)

    assert parked_at(desk) == []


def test_the_ready_do_not_wait_for_the_unready(desk: Desk, link: Links) -> None:
    held_back: list[object] = []

    def not_the_first(event: HistoryAsked) -> None:
        held_back[:] = held_back or [event.referral_id]
        if event.referral_id in held_back:
            raise Unready("not_yet")

    desk.also = not_the_first
    put(link(NODE_QUEUE), questions(100))
    with running(pump_of(desk, lambda: link(HUB_QUEUE))):
        effects = await_effects(desk, 99)

    assert len(set(effects)) == len(effects) == 99
    assert parked_at(desk) == []


def test_after_the_last_attempt_it_is_parked(desk: Desk, hub: str, link: Links) -> None:
    [said] = questions(1)
    publish_attempt(hub, said, ATTEMPTS - 1)
    with running(pump_of(desk, lambda: link(HUB_QUEUE), handler=Unwilling(desk, times=1))):
        [waits] = poll_until(lambda: parked_at(desk), seconds=SOON, what="a parked message")

    assert (waits.reason, waits.body) == ("not_yet", said.body)


def test_a_parked_message_that_is_replayed_has_its_effect(desk: Desk, link: Links) -> None:
    park_one(desk, link)
    desk.also = lambda _: None
    replay(desk)
    with running(pump_of(desk, lambda: link(HUB_QUEUE))):
        await_effects(desk, 1)

    assert parked_at(desk) == []


def test_a_replayed_message_that_fails_again_can_be_replayed_again(desk: Desk, link: Links) -> None:
    said = park_one(desk, link)
    for _ in range(2):
        replay(desk)
        with running(pump_of(desk, lambda: link(HUB_QUEUE))):
            poll_until(lambda: parked_at(desk), seconds=SOON, what="the message, parked again")

    assert [(waits.reason, waits.body) for waits in parked_at(desk)] == [("no", said.body)]


def test_what_the_broker_gives_up_is_parked(desk: Desk, link: Links) -> None:
    """A message that ends the process each time it is handed out must not do so for ever."""
    [said] = questions(1)
    put(link(NODE_QUEUE), [said])
    for _ in range(DELIVERY_LIMIT + 1):
        taker = link(HUB_QUEUE)
        poll_until(lambda: taker.take(1, 0.05), seconds=SOON, what="the message")  # noqa: B023
        taker.close(politely=False)
    with running(pump_of(desk, lambda: link(HUB_QUEUE))):
        [waits] = poll_until(lambda: parked_at(desk), seconds=SOON, what="a parked message")

    assert (waits.reason, waits.body) == ("delivery_limit", said.body)
    assert desk.effects() == []
