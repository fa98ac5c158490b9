"""The database is away for a while: hearing pauses, nothing is charged to the messages, and then it goes on."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import OperationalError

from shared import engines
from shared.messaging.amqp import AmqpLink
from shared.messaging.message import Outgoing
from shared.messaging.tests.desk import Desk
from shared.polling import poll_until
from shared.testing.postgres import Postgres
from tests.desks import (
    HUB_QUEUE,
    NODE_QUEUE,
    SOON,
    await_effects,
    await_log,
    desk_on,
    events,
    locked,
    parked_at,
    pump_of,
    put,
    questions,
    running,
)

Links = Callable[[str], AmqpLink]

END_ALL = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{}'"
SHUT, OPEN = (f'ALTER DATABASE "{{}}" ALLOW_CONNECTIONS {word}' for word in ("false", "true"))


@contextmanager
def administrator(postgres: Postgres, url: str) -> Iterator[Callable[[str], object]]:
    """Executes statements about the database of the URL from outside it."""
    name, engine = make_url(url).database, create_engine(postgres.url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield lambda statement: connection.execute(text(statement.format(name)))
    engine.dispose()


def assert_each_once_and_none_charged(desk: Desk, logs: list[Any], number: int) -> None:
    assert len(set(desk.effects())) == len(desk.effects()) == number
    assert "database.away" in events(logs)
    assert events(logs).isdisjoint({"message.will_retry", "message.parked", "link.lost"})


def test_a_locked_file_is_waited_for(
    sqlite_url: str, link: Links, logs: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "LOCK_PATIENCE", 0.1)
    desk = desk_on(sqlite_url)
    with running(pump_of(desk, lambda: link(HUB_QUEUE))):
        with locked(sqlite_url):
            put(link(NODE_QUEUE), questions(300))
            await_log(logs, "database.away", times=3)
            assert desk.effects() == []
        await_effects(desk, 300)

    assert_each_once_and_none_charged(desk, logs, 300)


def test_a_server_that_lets_nobody_in_is_waited_for(
    postgres: Postgres, postgres_url: str, link: Links, logs: list[Any]
) -> None:
    desk = desk_on(postgres_url)
    with administrator(postgres, postgres_url) as execute, running(pump_of(desk, lambda: link(HUB_QUEUE))):
        execute(SHUT)
        execute(END_ALL)
        put(link(NODE_QUEUE), questions(300))
        await_log(logs, "database.away", times=3)
        execute(OPEN)
        await_effects(desk, 300)

    assert_each_once_and_none_charged(desk, logs, 300)


def test_a_connection_that_ends_in_mid_transaction_costs_nothing(
    postgres: Postgres, postgres_url: str, link: Links, logs: list[Any]
) -> None:
    desk, seen = desk_on(postgres_url), []
    with administrator(postgres, postgres_url) as execute:

        def end_some(event: object) -> None:
            seen.append(event)
            if len(seen) in {1, 7, 150, 151}:
                execute(END_ALL)

        desk.also = end_some
        put(link(NODE_QUEUE), questions(300))
        with running(pump_of(desk, lambda: link(HUB_QUEUE))):
            poll_until(lambda: len(seen) > 160, seconds=SOON, what="the last of the ends")
            await_effects(desk, 300)

    assert_each_once_and_none_charged(desk, logs, 300)


def test_connections_that_end_at_any_moment_cost_nothing(
    postgres: Postgres, postgres_url: str, link: Links
) -> None:
    desk = desk_on(postgres_url)
    sender = link(NODE_QUEUE)
    with administrator(postgres, postgres_url) as execute, running(pump_of(desk, lambda: link(HUB_QUEUE))):
        for _ in range(20):
            put(sender, questions(25))
            execute(END_ALL)
        await_effects(desk, 500)

    assert len(set(desk.effects())) == len(desk.effects()) == 500
    assert parked_at(desk) == []


def test_a_message_that_was_parked_before_is_parked_once(
    database_url: str, link: Links, logs: list[Any]
) -> None:
    desk, calls = desk_on(database_url), count()

    def away_twice(_: object) -> None:
        if next(calls) < 2:
            raise OperationalError("insert", {}, Exception())

    desk.also = away_twice
    [good, bad] = questions(2)
    put(link(NODE_QUEUE), [Outgoing(bad.id, bad.exchange, bad.routing_key, b"{"), good])
    with running(pump_of(desk, lambda: link(HUB_QUEUE))):
        await_effects(desk, 1)

    assert "database.away" in events(logs)
    assert [parked.reason for parked in parked_at(desk)] == ["not_json"]
