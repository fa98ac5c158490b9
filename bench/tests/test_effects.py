"""What is counted: nothing lost, nothing doubled, nothing left over."""

import pytest
from sqlalchemy import text

from bench.effects import Effects, NotExactlyOnce
from shared.database import Database


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
