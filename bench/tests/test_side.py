"""A side is at rest when nothing is left over and everything has happened once, at one and the same moment."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from bench import side as sides
from bench.effects import Effects, NotExactlyOnce
from bench.processes import Processes
from bench.side import Side
from shared.database import Database


@pytest.fixture
def side(effects: Effects, tmp_path: Path) -> Iterator[Side]:
    """One that has sent both referrals."""
    with closing(Processes(tmp_path / "logs")) as processes:
        made = Side(processes, effects)
        made.sent = 2
        yield made


def test_what_is_said_besides_while_it_is_looked_at_is_waited_for(
    side: Side, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a node does with a checkpoint of its audit: nothing is left, and a moment later something lies there."""
    happens = iter(["INSERT INTO outbox VALUES (7)", "DELETE FROM outbox", ""])
    looked = side.effects.nothing_is_left

    def and_then_something_happens() -> bool:
        answer, happened = looked(), next(happens)
        if happened:
            with database.transaction() as tx:
                tx.execute(text(happened))
        return answer

    monkeypatch.setattr(side.effects, "nothing_is_left", and_then_something_happens)
    side.come_to_rest()
    assert not list(happens)


@pytest.mark.parametrize(
    ("happened", "told"),
    [
        ("INSERT INTO counted VALUES (1)", "counted: 3 rows, 2 different, instead of 2"),
        ("INSERT INTO outbox VALUES (7)", "left: 1 rows, 1 different, instead of 0"),
    ],
)
def test_what_stays_doubled_or_left_is_told(
    side: Side, database: Database, monkeypatch: pytest.MonkeyPatch, happened: str, told: str
) -> None:
    monkeypatch.setattr(sides, "PATIENCE", 0.1)
    with database.transaction() as tx:
        tx.execute(text(happened))
    with pytest.raises(NotExactlyOnce) as refused:
        side.come_to_rest()
    assert str(refused.value) == told
