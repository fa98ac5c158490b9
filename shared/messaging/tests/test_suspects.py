"""What may have ended the process is tried by itself, so that it takes no other with it."""

from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from shared.database import Transaction
from shared.messaging.delivery import ATTEMPTS, WAITS, Batch, Outcome
from shared.messaging.message import Incoming
from shared.messaging.packing import as_one
from shared.messaging.post import Post
from shared.messaging.tests.desk import Desk, asked, desk_at
from shared.messaging.tests.kept import UNREADY, Hours, fails, kept
from shared.messaging.tests.office import Wire
from tests.desks import on_the_wire


@pytest.fixture
def hours() -> Hours:
    return Hours()


@pytest.fixture
def desk(tmp_path: Path, hours: Hours) -> Desk:
    desk = desk_at(tmp_path)
    desk.database.clock = hours
    return desk


class Death(BaseException):
    """The end of the process."""


def test_what_ends_the_process_is_found_out_and_takes_no_other_with_it(desk: Desk, hours: Hours) -> None:
    batch = [replace(asked(tag), given_up=True) for tag in range(5)]
    poison, deaths = batch[2], 0

    def die_of_it(tx: Transaction, taken: Batch) -> None:
        if poison.id in {message.id for message in taken.fresh}:
            raise Death
        desk.handle(tx, taken)

    object.__setattr__(desk.delivery, "handler", die_of_it)
    assert desk.delivery.deliver(batch) == [Outcome.RETRY] * 5
    for _ in range(2 * ATTEMPTS):
        hours.pass_by(WAITS[-1])
        try:
            desk.delivery.deliver_again()
        except Death:
            deaths += 1

    assert len(set(desk.effects())) == len(desk.effects()) == 4
    [left] = kept(desk)
    assert (left.message_id, left.reason, left.due_at) == (poison.id, "delivery_limit", None)
    assert (deaths, left.attempts) == (ATTEMPTS - 1, ATTEMPTS)


def test_of_a_pack_each_is_a_suspect_for_itself(desk: Desk, hours: Hours) -> None:
    batch = [asked(tag) for tag in range(4)]
    pack, poison = as_one([on_the_wire(one) for one in batch]), batch[1]
    post = Post(Wire(arriving=[Incoming(pack.id, pack.routing_key, pack.body, given_up=True)]))

    def die_of_it(tx: Transaction, taken: Batch) -> None:
        if poison.id in {message.id for message in taken.fresh}:
            raise Death
        desk.handle(tx, taken)

    object.__setattr__(desk.delivery, "handler", die_of_it)
    assert desk.delivery.deliver(post.take(9, 0)) == [Outcome.RETRY]
    for _ in range(2 * ATTEMPTS):
        hours.pass_by(WAITS[-1])
        with suppress(Death):
            desk.delivery.deliver_again()

    assert len(set(desk.effects())) == len(desk.effects()) == 3
    assert [(one.message_id, one.due_at) for one in kept(desk)] == [(poison.id, None)]


def test_a_suspect_that_fails_as_others_do_is_one_of_them_from_then_on(desk: Desk, hours: Hours) -> None:
    desk.delivery.deliver([replace(asked(1), given_up=True)])
    fails(desk, UNREADY)
    hours.pass_by(WAITS[0])
    desk.delivery.deliver_again()

    [left] = kept(desk)
    assert (left.reason, left.attempts, left.due_at) == ("not_yet", 2, hours.at + WAITS[1])
