"""What cannot be handled yet is kept beside the service, tried again, and in the end waits for a person."""

import time
from collections.abc import Callable

import pytest

from shared.database import Transaction
from shared.messaging import parked
from shared.messaging.amqp import AmqpLink
from shared.messaging.delivery import Batch
from shared.messaging.errors import Refused, Unready
from shared.messaging.message import Outgoing
from shared.messaging.tests.desk import Desk, metadata
from shared.messaging.topology import DELIVERIES, UNLIMITED, queue_arguments
from shared.polling import poll_until
from shared.schemas.intake import HistoryAsked
from tests.desks import (
    HUB_QUEUE,
    NODE_QUEUE,
    SOON,
    await_effects,
    desk_on,
    parked_at,
    pump_of,
    put,
    questions,
    running,
    waiting,
)

Links = Callable[[str], AmqpLink]
MORE_THAN_A_NEW_BROKER_ALLOWS = (
    25  #: deliveries without an answer; RabbitMQ 4 by itself drops a message after 20
)


@pytest.fixture
def desk(database_url: str) -> Desk:
    """On each engine."""
    return desk_on(database_url)


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


def die_with_it(link: Links, times: int) -> None:
    """So often it is handed out, and whoever has it ends without an answer."""
    for _ in range(times):
        taker = link(HUB_QUEUE)
        poll_until(lambda: taker.take(1, 0.05), seconds=SOON, what="the message")  # noqa: B023
        taker.close(politely=False)


def test_what_is_not_ready_is_tried_again_after_a_second(desk: Desk, hub: str, link: Links) -> None:
    unwilling = Unwilling(desk, times=1)
    put(link(NODE_QUEUE), questions(1))
    with running(pump_of(desk, lambda: link(HUB_QUEUE), handler=unwilling)):
        poll_until(lambda: unwilling.attempts, seconds=SOON, what="the first attempt")
        poll_until(lambda: waiting(hub, HUB_QUEUE) == 0, seconds=SOON, what="its acknowledgement")
        await_effects(desk, 1)

    (first, at), (second, later) = unwilling.attempts
    assert (first, second) == (0, 1)
    assert 0.95 <= later - at < 5


def test_it_is_kept_though_the_service_and_the_broker_lose_all_else(
    desk: Desk, hub: str, link: Links
) -> None:
    put(link(NODE_QUEUE), questions(1))
    unwilling = Unwilling(desk, times=1)
    with running(pump_of(desk, lambda: link(HUB_QUEUE), handler=unwilling)):
        poll_until(lambda: unwilling.attempts, seconds=SOON, what="the first attempt")

    assert waiting(hub, HUB_QUEUE) == 0
    with running(pump_of(desk, lambda: link(HUB_QUEUE))):
        await_effects(desk, 1)


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


@pytest.mark.parametrize(("deaths", "attempts"), [(DELIVERIES - 1, [0]), (DELIVERIES, [1])])
def test_what_processes_died_with_is_tried_alone_and_has_its_effect(
    desk: Desk, link: Links, deaths: int, attempts: list[int]
) -> None:
    put(link(NODE_QUEUE), questions(1))
    die_with_it(link, deaths)
    willing = Unwilling(desk, times=0)
    with running(pump_of(desk, lambda: link(HUB_QUEUE), handler=willing)):
        await_effects(desk, 1)

    assert [attempt for attempt, _ in willing.attempts] == attempts
    assert parked_at(desk) == []


def test_the_broker_itself_gives_nothing_up(hub: str, link: Links) -> None:
    [said] = questions(1)
    put(link(NODE_QUEUE), [said])
    die_with_it(link, MORE_THAN_A_NEW_BROKER_ALLOWS)

    taker = link(HUB_QUEUE)
    [kept] = poll_until(lambda: taker.take(9, 0.1), seconds=SOON, what="the message")
    assert (kept.given_up, kept.body) == (True, said.body)
    assert queue_arguments(HUB_QUEUE)[HUB_QUEUE]["x-delivery-limit"] == UNLIMITED


def test_nothing_is_dead_lettered() -> None:
    """RabbitMQ may leave queues that do so safely without a leader for good, when three brokers lose each other."""
    arguments = [name for how in queue_arguments(HUB_QUEUE).values() for name in how]

    assert not [name for name in arguments if "dead-letter" in name]
