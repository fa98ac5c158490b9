"""What cannot be handled yet is kept, tried again after a while, and in the end waits for a person."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from shared.database import Transaction
from shared.messaging.delivery import ATTEMPTS, WAITS, Batch, Delivery, Outcome
from shared.messaging.errors import Refused
from shared.messaging.message import Incoming
from shared.messaging.packing import as_one
from shared.messaging.parked import NotReplayable
from shared.messaging.pump import Pump
from shared.messaging.relay import Relay
from shared.messaging.tests.desk import Desk, asked, desk_at
from shared.messaging.tests.kept import (
    KEPT,
    UNREADY,
    Hours,
    fails,
    kept,
    mended,
    replay,
    waiting_for_somebody,
)
from shared.messaging.tests.office import Wire
from shared.schemas.intake import HistoryAsked
from tests.desks import on_the_wire


@pytest.fixture
def hours() -> Hours:
    return Hours()


@pytest.fixture
def desk(tmp_path: Path, hours: Hours) -> Desk:
    desk = desk_at(tmp_path)
    desk.database.clock = hours
    return desk


def test_it_is_not_tried_before_its_time_and_then_has_its_effect(desk: Desk, hours: Hours) -> None:
    fails(desk, UNREADY)
    assert desk.delivery.deliver([asked(1)]) == [Outcome.RETRY]
    mended(desk)
    assert desk.delivery.deliver_again() == 0

    hours.pass_by(WAITS[0])

    assert desk.delivery.deliver_again() == 1
    assert len(desk.effects()) == 1
    assert kept(desk) == []


def test_each_time_it_waits_longer_until_it_waits_for_a_person(desk: Desk, hours: Hours) -> None:
    fails(desk, UNREADY)
    desk.delivery.deliver([asked(1)])
    waited = []
    while (due := kept(desk)[0].due_at) is not None:
        assert waiting_for_somebody(desk) == 0
        waited.append(due - hours.at)
        hours.at = due
        assert desk.delivery.deliver_again() == 1

    assert waited == [*WAITS, *[WAITS[-1]] * (ATTEMPTS - 1 - len(WAITS))]
    assert kept(desk)[0].attempts == ATTEMPTS
    assert waiting_for_somebody(desk) == 1
    hours.pass_by(timedelta(days=9))
    assert desk.delivery.deliver_again() == 0


def test_it_is_kept_once_however_often_it_comes_and_waits_no_longer_for_that(
    desk: Desk, hours: Hours
) -> None:
    one = asked(1)
    fails(desk, UNREADY)
    desk.delivery.deliver([one])
    hours.pass_by(WAITS[0])
    desk.delivery.deliver_again()
    [before] = kept(desk)

    desk.delivery.deliver([one])

    assert kept(desk) == [before]
    assert before.attempts == 2


def test_what_had_its_effect_meanwhile_is_let_go(desk: Desk, hours: Hours) -> None:
    one = asked(1)
    fails(desk, UNREADY)
    desk.delivery.deliver([one])
    mended(desk)
    desk.delivery.deliver([one])

    hours.pass_by(WAITS[0])
    desk.delivery.deliver_again()

    assert (len(desk.effects()), kept(desk)) == (1, [])


def test_of_several_that_are_due_each_goes_its_own_way(desk: Desk, hours: Hours) -> None:
    good, refused, unready = (asked(tag) for tag in range(3))
    fails(desk, UNREADY)
    desk.delivery.deliver([good, refused, unready])
    hours.pass_by(WAITS[0])
    wrong = {refused.id: Refused("wrong"), unready.id: UNREADY}

    def handle(tx: Transaction, batch: Batch) -> None:
        mended(desk)
        for message in batch.fresh:
            if error := wrong.get(message.id):
                raise error
        desk.handle(tx, batch)

    object.__setattr__(desk.delivery, "handler", handle)
    assert desk.delivery.deliver_again() == 3

    assert len(desk.effects()) == 1
    assert {one.message_id: (one.reason, one.due_at) for one in kept(desk)} == {
        refused.id: ("wrong", None),
        unready.id: ("not_yet", hours.at + WAITS[1]),
    }


def test_what_another_queue_left_here_is_not_ours_to_try(desk: Desk, hours: Hours) -> None:
    fails(desk, UNREADY)
    desk.delivery.deliver([asked(1)])
    with desk.database.transaction() as tx:
        tx.execute(KEPT.update().values(queue="another"))
    hours.pass_by(WAITS[0])

    assert desk.delivery.deliver_again() == 0


def test_a_database_that_is_away_changes_nothing_of_what_is_due(desk: Desk, hours: Hours) -> None:
    fails(desk, UNREADY)
    desk.delivery.deliver([asked(1)])
    before = kept(desk)
    hours.pass_by(WAITS[0])
    fails(desk, OperationalError("select", {}, Exception()))

    with pytest.raises(OperationalError):
        desk.delivery.deliver_again()

    assert kept(desk) == before


def test_one_of_a_pack_is_tried_by_itself(desk: Desk, hours: Hours) -> None:
    """As it is kept, sealed or not: here it is alone, and of an envelope the whole is kept (``test_post``)."""
    pack = as_one([on_the_wire(asked(1)), on_the_wire(asked(2))])
    whole = Incoming(None, pack.routing_key, pack.body)
    desk.delivery.deliver([whole])
    assert desk.reasons() == ["not_a_cloud_event"], "a pack is opened by the post, before it is delivered"

    with desk.database.transaction() as tx:
        tx.execute(KEPT.update().values(due_at=tx.at))
    desk.delivery.deliver_again()

    assert len(desk.effects()) == 2
    assert kept(desk) == []


def test_a_whole_message_that_can_be_opened_at_last_leaves_what_fails_of_it(desk: Desk) -> None:
    pack = as_one([on_the_wire(asked(1)), on_the_wire(asked(2))])
    desk.delivery.deliver([Incoming(None, pack.routing_key, pack.body)])
    with desk.database.transaction() as tx:
        tx.execute(KEPT.update().values(due_at=tx.at))
    tries = iter([Refused("no"), Refused("no")])  # the two together, and then the first of them

    def fail_twice(_: HistoryAsked) -> None:
        if error := next(tries, None):
            raise error

    desk.also = fail_twice
    desk.delivery.deliver_again()

    assert len(desk.effects()) == 1
    [left] = kept(desk)
    assert (left.reason, left.due_at) == ("no", None)
    assert left.body != pack.body


@pytest.mark.parametrize("then", [mended, lambda desk: fails(desk, Refused("still_no"))])
def test_a_person_has_it_tried_again(desk: Desk, then: Callable[[Desk], None]) -> None:
    fails(desk, Refused("no"))
    desk.delivery.deliver([asked(1)])
    [waits] = kept(desk)
    then(desk)
    replay(desk, waits.id)
    assert waiting_for_somebody(desk) == 0

    assert desk.delivery.deliver_again() == 1

    effects = desk.effects()
    assert len(effects) + waiting_for_somebody(desk) == 1
    assert desk.reasons() == ([] if effects else ["still_no"])
    if not effects:
        replay(desk, waits.id)


def test_what_waits_for_its_time_and_what_was_forged_nobody_hurries(desk: Desk) -> None:
    fails(desk, UNREADY)
    desk.delivery.deliver([asked(1)])
    [early] = kept(desk)
    desk.delivery.deliver([Incoming(None, "from.another.x", asked(2).body)])
    [forged] = [one for one in kept(desk) if one.id != early.id]

    assert forged.reason == "sender_forged"
    for one in (early, forged):
        with pytest.raises(NotReplayable):
            replay(desk, one.id)


def test_its_log_names_its_id_and_a_reason_and_nothing_it_says(desk: Desk, hours: Hours) -> None:
    fails(desk, UNREADY)
    one = asked(1)
    with capture_logs() as logs:
        desk.delivery.deliver([one])
        hours.pass_by(WAITS[0])
        fails(desk, Refused("no"))
        desk.delivery.deliver_again()

    told = [{name: line[name] for name in ("event", "message_id", "reason")} for line in logs]
    assert told == [
        {"event": "message.will_retry", "message_id": str(one.id), "reason": "not_yet"},
        {"event": "message.parked", "message_id": str(one.id), "reason": "no"},
    ]


def test_a_service_that_is_busy_tries_again_all_the_same(desk: Desk, hours: Hours) -> None:
    fails(desk, UNREADY)
    desk.delivery.deliver([asked(1)])
    mended(desk)
    hours.pass_by(WAITS[0])
    pump = Pump(Wire, desk.delivery, Relay(desk.database, desk.database.outbox, poll=0))

    assert pump.step(Wire(arriving=[asked(2)]), 0)

    assert len(desk.effects()) == 2


def test_a_service_that_is_to_stop_or_is_behind_tries_nothing_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[None] = []

    def try_again(_: Delivery) -> int:
        tried.append(None)
        return 0

    monkeypatch.setattr(Delivery, "deliver_again", try_again)
    pump = Pump(Wire, desk.delivery, Relay(desk.database, desk.database.outbox, poll=0))
    with monkeypatch.context() as behind:
        behind.setattr(Relay, "is_behind", True)
        pump.step(Wire(), 0)
    assert not tried

    for _ in range(3):
        pump.step(Wire(), 0)
    assert len(tried) == 1, "and not at every turn"
    pump.look_again = 0
    pump.stop()
    pump.step(Wire(), 0)
    assert len(tried) == 1
