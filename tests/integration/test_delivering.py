"""What becomes of messages in a real queue, on both engines: every effect exactly once, whatever lies beside it."""

from collections.abc import Callable

import pytest

from shared.database import Transaction
from shared.messaging.amqp import AmqpLink
from shared.messaging.delivery import Batch
from shared.messaging.errors import Refused
from shared.messaging.message import Incoming, Outgoing, open_message
from shared.messaging.pump import BATCH
from shared.messaging.tests.desk import Desk
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


@pytest.fixture
def desk(database_url: str) -> Desk:
    return desk_on(database_url)


def test_a_backlog_is_worked_off_in_batches(desk: Desk, link: Links) -> None:
    sizes: list[int] = []

    def handle(tx: Transaction, batch: Batch) -> None:
        sizes.append(len(batch.fresh))
        desk.handle(tx, batch)

    put(link(NODE_QUEUE), questions(1_000))
    with running(pump_of(desk, lambda: link(HUB_QUEUE), handler=handle)):
        effects = await_effects(desk, 1_000)

    assert len(set(effects)) == len(effects) == 1_000
    assert 1 < max(sizes) <= BATCH


def test_the_same_message_said_again_has_no_second_effect(desk: Desk, hub: str, link: Links) -> None:
    said, last = questions(100), questions(1)
    put(link(NODE_QUEUE), said + said)
    put(link(NODE_QUEUE), said + last)
    with running(pump_of(desk, lambda: link(HUB_QUEUE))):
        await_effects(desk, 101)

    assert len(desk.effects()) == 101
    assert waiting(hub, HUB_QUEUE) == 0


def test_a_batch_of_repeats_only_does_not_stop_the_service(desk: Desk, link: Links) -> None:
    said, sender = questions(50), link(NODE_QUEUE)
    with running(pump_of(desk, lambda: link(HUB_QUEUE))):
        put(sender, said)
        await_effects(desk, 50)
        put(sender, said)
        put(sender, questions(1))
        await_effects(desk, 51)

    assert len(desk.effects()) == 51


def test_one_that_is_refused_is_parked_with_its_reason_and_takes_no_other_with_it(
    desk: Desk, link: Links
) -> None:
    seen: list[object] = []

    def refuse_the_seventh(event: HistoryAsked) -> None:
        if event.referral_id not in seen:
            seen.append(event.referral_id)
        if seen.index(event.referral_id) == 6:
            raise Refused("no_such_case")

    desk.also = refuse_the_seventh
    said = questions(150)
    put(link(NODE_QUEUE), said)
    with running(pump_of(desk, lambda: link(HUB_QUEUE))):
        effects = await_effects(desk, 149)

    [parked] = parked_at(desk)
    assert (parked.queue, parked.reason, parked.body) == (HUB_QUEUE, "no_such_case", said[6].body)
    assert len(set(effects)) == len(effects) == 149


def test_one_in_a_hundred_is_parked_to_the_last_and_all_others_have_their_effect(
    desk: Desk, link: Links
) -> None:
    said = questions(1_000)
    poison = {open_message(_incoming(one)).event.referral_id for one in said[::100]}  # type: ignore[attr-defined]

    def refuse(event: HistoryAsked) -> None:
        if event.referral_id in poison:
            raise Refused("poison")

    desk.also = refuse
    put(link(NODE_QUEUE), said)
    with running(pump_of(desk, lambda: link(HUB_QUEUE))):
        effects = await_effects(desk, 990)
        poll_until(lambda: len(parked_at(desk)) == 10, seconds=SOON, what="the last to be parked")

    assert len(set(effects)) == len(effects) == 990
    assert {parked.body for parked in parked_at(desk)} == {one.body for one in said[::100]}


def _incoming(said: Outgoing) -> Incoming:
    return Incoming(said.id, said.routing_key, said.body)


def test_what_is_not_committed_is_not_acknowledged(desk: Desk, link: Links) -> None:
    """The process ends in its second batch: no acknowledgement of "all up to here" may have covered that one."""
    sizes: list[int] = []
    opened = link(HUB_QUEUE)

    def handle(tx: Transaction, batch: Batch) -> None:
        sizes.append(len(batch.fresh))
        desk.handle(tx, batch)
        if len(sizes) == 2:
            raise SystemExit

    put(link(NODE_QUEUE), questions(500))
    with pytest.raises(SystemExit):
        pump_of(desk, lambda: opened, handler=handle).run()
    committed = len(desk.effects())
    with running(pump_of(desk, lambda: link(HUB_QUEUE))):
        effects = await_effects(desk, 500)

    assert committed == sizes[0]
    assert len(set(effects)) == len(effects) == 500


def test_two_processes_share_a_queue_and_a_database(postgres_url: str, link: Links) -> None:
    """Every message lies in the queue twice, so that both often hear the same one at the same time."""
    first, second = desk_on(postgres_url), Desk(postgres_url)
    shares = [0, 0]

    def counting(number: int, desk: Desk) -> Callable[[Transaction, Batch], None]:
        def handle(tx: Transaction, batch: Batch) -> None:
            desk.handle(tx, batch)
            shares[number] += len(batch.fresh)

        return handle

    pumps = [
        pump_of(desk, lambda: link(HUB_QUEUE), handler=counting(number, desk))
        for number, desk in enumerate((first, second))
    ]
    with running(*pumps):
        sender = link(NODE_QUEUE)
        for _ in range(20):
            said = questions(50)
            put(sender, said + said)
        await_effects(first, 1_000)

    assert len(set(first.effects())) == len(first.effects()) == 1_000
    assert min(shares) > 0
