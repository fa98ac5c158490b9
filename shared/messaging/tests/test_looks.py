"""How often the relay looks into the table: seldom when it is quiet, soon again after a few, calmly under load."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import inf
from pathlib import Path

import pytest

from shared.clock import new_id
from shared.messaging import relay as relays
from shared.messaging.message import Outgoing
from shared.messaging.relay import ATTENTIVE, FEW, WINDOW, Relay
from shared.messaging.tests.desk import Desk, desk_at
from shared.messaging.topology import NETWORK_IN

POLL = 0.02


@dataclass
class Looking:
    """A relay under a clock that the test moves, and what it has published; its rows come from another process."""

    desk: Desk
    now: float = 100.0
    published: list[Outgoing] = field(default_factory=list)
    blocked: bool = False
    open_publishes: int = 0

    def monotonic(self) -> float:
        return self.now

    def publish(self, messages: Sequence[Outgoing]) -> None:
        self.published.extend(messages)

    def write(self, rows: int) -> None:
        """Each awaits its own receipt, so that it is a row of its own."""
        with Desk(self.desk.url).database.transaction() as tx:
            for _ in range(rows):
                tx.outbox.send(tx, Outgoing(id_ := new_id(), NETWORK_IN, "from.x.y", b"{}", str(id_)))


@pytest.fixture
def looking(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Looking:
    looking = Looking(desk_at(tmp_path))
    monkeypatch.setattr(relays, "time", looking)
    return looking


@pytest.mark.parametrize(
    ("found", "until_next"), [(0, POLL), (1, POLL / 4), (FEW - 1, POLL / 4), (FEW, POLL), (3 * FEW, POLL)]
)
def test_it_looks_sooner_after_a_few(looking: Looking, found: int, until_next: float) -> None:
    relay = Relay(looking.desk.database, looking.desk.database.outbox, poll=POLL)
    looking.write(found)
    relay.send_due(looking)  # type: ignore[arg-type]
    assert len(looking.published) == found

    looking.now += POLL
    relay.send_due(looking)  # type: ignore[arg-type]

    assert relay.until_next_look(looking) == pytest.approx(until_next)  # type: ignore[arg-type]


def test_after_a_while_it_is_calm_again(looking: Looking) -> None:
    relay = Relay(looking.desk.database, looking.desk.database.outbox, poll=POLL)
    looking.write(1)
    relay.send_due(looking)  # type: ignore[arg-type]

    looking.now += ATTENTIVE
    relay.send_due(looking)  # type: ignore[arg-type]

    assert relay.until_next_look(looking) == pytest.approx(POLL)  # type: ignore[arg-type]


@pytest.mark.parametrize(("blocked", "open_publishes"), [(True, 0), (False, WINDOW)])
def test_where_the_broker_must_answer_first_nothing_is_looked_for(
    looking: Looking, *, blocked: bool, open_publishes: int
) -> None:
    relay = Relay(looking.desk.database, looking.desk.database.outbox, poll=POLL)
    with looking.desk.database.transaction() as tx:
        tx.outbox.send(tx, Outgoing(new_id(), NETWORK_IN, "from.x.y", b"{}"))
    assert relay.until_next_look(looking) == 0  # type: ignore[arg-type]

    looking.blocked, looking.open_publishes = blocked, open_publishes

    assert relay.until_next_look(looking) == inf  # type: ignore[arg-type]
    assert relay.send_due(looking) == 0  # type: ignore[arg-type]
