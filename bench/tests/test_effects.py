"""What is counted: nothing lost, nothing doubled, nothing left over."""

from collections.abc import Iterator
from contextlib import closing

import pytest
from sqlalchemy import text

from bench.effects import Effect, Effects, NotExactlyOnce
from shared.database import Database


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    """Two referrals, both counted, and an empty outbox."""
    with closing(Database(sqlite_url)) as made:
        with made.transaction() as tx:
            tx.execute(text("CREATE TABLE counted (referral_id INTEGER)"))
            tx.execute(text("CREATE TABLE outbox (message_id INTEGER)"))
            tx.execute(text("INSERT INTO counted VALUES (1), (2)"))
        yield made


@pytest.fixture
def effects(sqlite_url: str) -> Iterator[Effects]:
    """One row of each referral, and none in the outbox."""
    counted = Effect("counted", sqlite_url, "counted", "referral_id")
    with closing(Effects([counted, Effect("left", sqlite_url, "outbox", "message_id", 0)])) as made:
        yield made


def test_a_round_counts_when_each_effect_is_there_once(database: Database, effects: Effects) -> None:
    assert effects.are_there(2)
    assert effects.nothing_is_left()
    effects.check(2)


@pytest.mark.parametrize(
    ("happened", "told"),
    [
        ("DELETE FROM counted WHERE referral_id = 2", "counted: 1 rows, 1 different, instead of 2"),
        ("INSERT INTO counted VALUES (2)", "counted: 3 rows, 2 different, instead of 2"),
        ("UPDATE counted SET referral_id = 1", "counted: 2 rows, 1 different, instead of 2"),
        ("INSERT INTO outbox VALUES (7)", "left: 1 rows, 1 different, instead of 0"),
    ],
)
def test_what_was_lost_doubled_or_left_is_told(
    database: Database, effects: Effects, happened: str, told: str
) -> None:
    with database.transaction() as tx:
        tx.execute(text(happened))
    with pytest.raises(NotExactlyOnce) as refused:
        effects.check(2)
    assert str(refused.value) == told


def test_what_has_not_happened_yet_is_waited_for(database: Database, effects: Effects) -> None:
    assert not effects.are_there(3)
    with database.transaction() as tx:
        tx.execute(text("INSERT INTO outbox VALUES (7)"))
    assert not effects.nothing_is_left()
