"""A session lasts as long as it is used, and not a day."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from shared.database import Database, new_metadata
from shared.sessions import IDLE, LONGEST, REMEMBERED, Sessions, add_session_table

METADATA = new_metadata()
TABLE = add_session_table(METADATA)
MINUTE = timedelta(minutes=1)


class Clock:
    """Tells the time that it is told."""

    def __init__(self) -> None:
        self.at = datetime(2026, 3, 2, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def database(clock: Clock) -> Database:
    database = Database("sqlite://", clock=clock)
    METADATA.create_all(database.engine)
    return database


@pytest.fixture
def sessions(database: Database) -> Sessions:
    return Sessions(database, TABLE)


def test_a_token_opens_its_session_and_no_other(sessions: Sessions) -> None:
    vera, ivan = sessions.begin("vera"), sessions.begin("ivan")
    assert (sessions.username(vera), sessions.username(ivan)) == ("vera", "ivan")
    assert sessions.username("guessed") is None


def test_the_database_holds_no_token(sessions: Sessions, database: Database) -> None:
    token = sessions.begin("vera")
    with database.reading() as tx:
        [row] = tx.execute(select(TABLE)).all()
    assert token not in str(row)


def test_a_session_ends_when_it_is_not_used(sessions: Sessions, clock: Clock) -> None:
    token = sessions.begin("vera")
    clock.at += IDLE + MINUTE
    assert sessions.username(token) is None


def test_a_session_that_is_used_goes_on_but_not_for_ever(sessions: Sessions, clock: Clock) -> None:
    token, end = sessions.begin("vera"), clock.at + LONGEST
    while clock.at <= end:
        assert sessions.username(token) == "vera"
        clock.at += IDLE - MINUTE
    assert sessions.username(token) is None


def test_an_ended_session_does_not_open_again(sessions: Sessions) -> None:
    token = sessions.begin("vera")
    sessions.end(token)
    assert sessions.username(token) is None


def test_all_sessions_of_somebody_can_be_ended_at_once(sessions: Sessions) -> None:
    tokens = [sessions.begin("vera"), sessions.begin("vera"), sessions.begin("ivan")]
    sessions.end_all("vera")
    assert [sessions.username(token) for token in tokens] == [None, None, "ivan"]


def test_sessions_that_are_over_are_cleared_away(
    sessions: Sessions, clock: Clock, database: Database
) -> None:
    sessions.begin("vera")
    clock.at += IDLE + REMEMBERED + MINUTE
    sessions.begin("ivan")
    with database.reading() as tx:
        assert [row.username for row in tx.execute(select(TABLE))] == ["ivan"]
