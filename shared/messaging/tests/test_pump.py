"""The loop of a service, against a broker of the test's own that can do everything a broker can do to us."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from shared.clock import new_id, now
from shared.messaging import relay as relays
from shared.messaging.delivery import WAITS
from shared.messaging.errors import LinkLost, Misconfigured, Unready
from shared.messaging.link import Settled
from shared.messaging.message import Incoming, Outgoing
from shared.messaging.pump import Pump
from shared.messaging.relay import Relay
from shared.messaging.tests.desk import Desk, asked, desk_at, metadata
from shared.messaging.topology import from_node
from shared.schemas.intake import HistoryAsked


class TestBroker:
    """Holds what was published and what waits; ``confirms`` says whether it answers."""

    __test__ = False
    blocked = False

    def __init__(self) -> None:
        self.waiting: list[Incoming] = []
        self.published: list[Outgoing] = []
        self.acknowledged: list[Incoming] = []
        self.answers = Settled()
        self.confirms = True
        self.refuses = False
        self.open_publishes = 0
        self.closed_politely: bool | None = None
        self.on_take: Callable[[], None] = lambda: None

    def publish(self, messages: Sequence[Outgoing]) -> None:
        self.published += messages
        if self.confirms:
            (self.answers.refused if self.refuses else self.answers.confirmed).update(m.id for m in messages)
        else:
            self.open_publishes += len(messages)

    def settled(self) -> Settled:
        answers, self.answers = self.answers, Settled()
        return answers

    def take(self, limit: int, timeout: float, linger: float = 0.0) -> list[Incoming]:
        self.on_take()
        taken, self.waiting = self.waiting[:limit], self.waiting[limit:]
        return taken

    def acknowledge(self, batch: Sequence[Incoming]) -> None:
        self.acknowledged += batch

    def stop_taking(self) -> None:
        self.waiting = []

    def close(self, *, politely: bool) -> None:
        self.closed_politely = politely


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return desk_at(tmp_path)


@pytest.fixture
def broker() -> TestBroker:
    return TestBroker()


@pytest.fixture
def pump(desk: Desk, broker: TestBroker) -> Pump:
    assert desk.database.outbox is not None
    return Pump(
        lambda: broker, desk.delivery, Relay(desk.database, desk.database.outbox, poll=0), lambda _: None
    )


def say(desk: Desk, *, awaits: str | None = None) -> None:
    event = HistoryAsked(referral_id=new_id(), after=0)
    with desk.database.transaction() as tx:
        tx.outbox.publish(tx, event, to=from_node("harbour-house"), subject="", awaits=awaits)


def outbox_rows(desk: Desk) -> int:
    with desk.database.reading() as tx:
        return tx.execute(select(func.count()).select_from(metadata.tables["outbox"])).scalar_one()


def turn(pump: Pump, broker: TestBroker, times: int = 3) -> None:
    for _ in range(times):
        pump.step(broker, 0)


def test_what_was_said_is_sent_and_forgotten_once_confirmed(
    desk: Desk, broker: TestBroker, pump: Pump
) -> None:
    say(desk)
    say(desk)

    turn(pump, broker)

    assert len(broker.published) == 2
    assert outbox_rows(desk) == 0


def test_without_a_confirm_nothing_is_forgotten(desk: Desk, broker: TestBroker, pump: Pump) -> None:
    broker.confirms = False
    say(desk)

    turn(pump, broker)

    assert len(broker.published) == 1
    assert outbox_rows(desk) == 1


def test_what_awaits_a_receipt_outlives_the_confirm(desk: Desk, broker: TestBroker, pump: Pump) -> None:
    say(desk, awaits="sent:x")

    turn(pump, broker)
    assert outbox_rows(desk) == 1
    with desk.database.transaction() as tx:
        tx.outbox.receipted(tx, ["sent:x"])
    assert outbox_rows(desk) == 0


def test_what_the_broker_refuses_stays(desk: Desk, broker: TestBroker, pump: Pump) -> None:
    broker.refuses = True
    say(desk)

    turn(pump, broker)

    assert outbox_rows(desk) == 1


def test_a_blocked_broker_is_sent_nothing_and_is_heard(desk: Desk, broker: TestBroker, pump: Pump) -> None:
    broker.blocked = True
    say(desk)
    broker.waiting = [asked(1)]

    turn(pump, broker)

    assert broker.published == []
    assert len(desk.effects()) == 1


def test_what_cannot_be_sent_fast_enough_is_not_added_to(
    desk: Desk, broker: TestBroker, pump: Pump, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relays, "AT_ONCE", 3)
    broker.blocked = True
    for _ in range(4):
        say(desk)
    broker.waiting = [asked(1)]

    turn(pump, broker)
    assert desk.effects() == []

    broker.blocked = False
    turn(pump, broker)
    assert len(broker.published) == 4
    assert len(desk.effects()) == 1


def test_it_acknowledges_only_what_is_committed(desk: Desk, broker: TestBroker, pump: Pump) -> None:
    def look(_: HistoryAsked) -> None:
        assert broker.acknowledged == []

    desk.also = look
    broker.waiting = [asked(1), asked(2)]

    turn(pump, broker)

    assert len(broker.acknowledged) == 2
    assert len(desk.effects()) == 2


def test_what_is_not_ready_is_kept_before_it_is_acknowledged_and_tried_again(
    desk: Desk, broker: TestBroker, pump: Pump, monkeypatch: pytest.MonkeyPatch
) -> None:
    pump.look_again = 0
    errors = iter([Unready("not_yet")])

    def once_not_yet(_: HistoryAsked) -> None:
        if error := next(errors, None):
            raise error

    desk.also = once_not_yet
    broker.waiting = [asked(1)]
    monkeypatch.setattr(broker, "acknowledge", lambda _: acknowledged.append(desk.reasons()))
    acknowledged: list[list[str]] = []

    turn(pump, broker)
    assert acknowledged == [["not_yet"]]
    assert desk.effects() == []

    desk.database.clock = lambda: now() + WAITS[0]
    turn(pump, broker)
    assert len(desk.effects()) == 1
    assert desk.reasons() == []


def test_while_the_database_is_away_nothing_is_taken_or_charged(
    desk: Desk, broker: TestBroker, pump: Pump
) -> None:
    tries = iter([True, True, True, False])

    def away_for_a_while(_: HistoryAsked) -> None:
        if next(tries):
            raise OperationalError("insert", {}, Exception())

    desk.also = away_for_a_while
    broker.waiting = [asked(1)]

    turn(pump, broker, times=1)

    assert len(desk.effects()) == 1
    assert desk.reasons() == []


def test_a_lost_link_is_made_again_and_nothing_is_forgotten(
    desk: Desk, broker: TestBroker, pump: Pump
) -> None:
    turns = iter(range(100))

    def lose_it_twice() -> None:
        count = next(turns)
        if count in (1, 3):
            raise LinkLost("cut")
        if count > 6:
            pump.stop()
            broker.open_publishes = 0

    broker.on_take = lose_it_twice
    broker.confirms = False
    say(desk)

    pump.run()

    assert broker.closed_politely is True
    assert outbox_rows(desk) == 1


def test_a_broker_that_refuses_us_from_the_start_is_told_aloud(desk: Desk, pump: Pump) -> None:
    def refuse() -> TestBroker:
        raise Misconfigured("no queue")

    pump.connect = refuse

    with pytest.raises(Misconfigured):
        pump.run()


def test_a_broker_that_refuses_us_later_is_tried_again(broker: TestBroker, pump: Pump) -> None:
    """Though it is the first link: a right may have been taken, or an answer may have come too late for the broker."""
    turns = iter(range(100))

    def refuse_once() -> None:
        count = next(turns)
        if count == 1:
            raise Misconfigured("no more")
        if count > 1:
            pump.stop()

    broker.on_take = refuse_once
    pump.run()

    assert broker.closed_politely is True


def test_stopping_waits_for_confirms(desk: Desk, broker: TestBroker, pump: Pump) -> None:
    broker.confirms = False
    say(desk)
    turns = iter(range(100))

    def answer_late() -> None:
        count = next(turns)
        if count == 2:
            pump.stop()
        if count == 6:
            broker.answers.confirmed.update(m.id for m in broker.published)
            broker.open_publishes = 0

    broker.on_take = answer_late
    pump.run()

    assert outbox_rows(desk) == 0
