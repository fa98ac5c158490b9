"""What is counted of messages on their way: each once, by what became of it."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from shared.clock import new_id, now
from shared.messaging.errors import LinkLost, Refused, Unready
from shared.messaging.link import Link, Settled
from shared.messaging.message import Incoming, Outgoing
from shared.messaging.parked import count_parked
from shared.messaging.pump import Pump
from shared.messaging.relay import Relay
from shared.messaging.tests.desk import Desk, asked, desk_at, metadata
from shared.messaging.topology import from_node
from shared.messaging.waiting import count_outbox, waits_since
from shared.metrics import OF_WORKER
from shared.schemas.intake import HistoryAsked


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return desk_at(tmp_path)


def counted(name: str, **labels: str) -> float:
    return OF_WORKER.get_sample_value(f"throughline_{name}", labels) or 0.0


def taken() -> dict[str, float]:
    outcomes = ("done", "duplicate", "retry", "parked")
    return {one: counted("messages_taken_total", outcome=one) for one in outcomes}


def test_what_came_is_counted_by_what_became_of_it(desk: Desk) -> None:
    before, batches = taken(), counted("batch_seconds_count")
    again = asked(0)
    desk.delivery.deliver([again, asked(1)])

    desk.delivery.deliver([again])
    desk.also = fails(Unready("not_here"))
    desk.delivery.deliver([asked(2)])
    desk.also = fails(Refused("no"))
    desk.delivery.deliver([asked(3)])

    grown = {outcome: count - before[outcome] for outcome, count in taken().items()}
    assert grown == {"done": 2, "duplicate": 1, "retry": 1, "parked": 1}
    assert counted("batch_seconds_count") - batches == 4


def fails(error: Exception) -> Callable[[HistoryAsked], None]:
    def also(_: HistoryAsked) -> None:
        raise error

    return also


class Broker:
    """Refuses all it is given; while it takes, it looks whether we say that we are connected."""

    blocked, open_publishes = False, 0

    def __init__(self) -> None:
        self.seen_up: list[float] = []
        self.given: list[Outgoing] = []

    def publish(self, messages: Sequence[Outgoing]) -> None:
        self.given += messages

    def settled(self) -> Settled:
        return Settled(refused={message.id for message in self.given})

    def take(self, _limit: int, _timeout: float, _linger: float = 0.0) -> list[Incoming]:
        self.seen_up.append(counted("link_up"))
        raise LinkLost("gone")

    def close(self, *, politely: bool) -> None:
        """Nothing."""


def test_a_link_is_up_until_it_is_lost_and_what_was_published_is_counted(desk: Desk) -> None:
    outbox, broker = desk.database.outbox, Broker()
    link: Link = broker  # type: ignore[assignment]
    relay = Relay(desk.database, outbox, poll=0)
    pump = Pump(lambda: link, desk.delivery, relay, lambda _: pump.stop())
    say(desk)
    lost, published = counted("links_lost_total"), counted("messages_published_total")
    refused = counted("messages_refused_by_broker_total")

    pump.run()
    relay.note(link)

    assert (broker.seen_up, counted("link_up")) == ([1.0], 0.0)
    assert counted("links_lost_total") - lost == 1
    assert counted("messages_published_total") - published == 1
    assert counted("messages_refused_by_broker_total") - refused == 1


def say(desk: Desk) -> None:
    event = HistoryAsked(referral_id=new_id(), after=0)
    with desk.database.transaction() as tx:
        tx.outbox.publish(tx, event, to=from_node("harbour-house"), subject="")


def test_what_waits_is_told_with_its_age(desk: Desk) -> None:
    began = now()
    with desk.database.reading() as tx:
        assert waits_since(tx, metadata.tables["outbox"]) is None
    say(desk)
    desk.also = fails(Refused("no"))
    desk.delivery.deliver([asked(1)])

    with desk.database.reading() as tx:
        [row] = count_outbox(tx, metadata.tables["outbox"])
        since, parked = (
            waits_since(tx, metadata.tables["outbox"]),
            count_parked(tx, metadata.tables["parked"]),
        )

    assert (row["messages"], row["awaits_receipt"], parked) == (1, False, 1)
    assert since is not None
    assert abs((since - began).total_seconds()) < 60
