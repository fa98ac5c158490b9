"""Whoever only looks leaves nothing behind, and takes nothing from the safety of whoever writes next."""

from collections.abc import Iterator
from contextlib import closing, suppress

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, insert, select

from shared.database import Database

metadata = MetaData()
things = Table("things", metadata, Column("number", Integer, primary_key=True))


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    with closing(Database(database_url)) as made:
        metadata.create_all(made.engine)
        yield made


def _numbers(database: Database) -> set[int]:
    with database.reading() as tx:
        return set(tx.execute(select(things.c.number)).scalars())


def test_what_is_written_after_a_look_is_seen_when_it_is_whole(database: Database) -> None:
    """The connection that looked is taken again by whoever writes."""
    assert _numbers(database) == set()

    with database.transaction() as tx:
        tx.execute(insert(things).values(number=1))
        assert _numbers(database) == set()

    assert _numbers(database) == {1}


def test_what_fails_after_a_look_is_taken_back_whole(database: Database) -> None:
    assert _numbers(database) == set()

    with suppress(LookupError), database.transaction() as tx:
        tx.execute(insert(things).values(number=1))
        raise LookupError

    assert _numbers(database) == set()


def test_within_a_look_sqlite_shows_one_state_and_postgresql_the_newest(database: Database) -> None:
    with database.reading() as looking:
        before = looking.execute(select(things.c.number)).all()
        with database.transaction() as tx:
            tx.execute(insert(things).values(number=2))
        after = looking.execute(select(things.c.number)).scalars().all()

    assert (before, after) == ([], [] if database.is_sqlite else [2])


def test_a_look_that_fails_leaves_its_connection_as_it_was(database: Database) -> None:
    with suppress(LookupError), database.reading() as tx:
        tx.execute(select(things.c.number)).all()
        raise LookupError

    with suppress(LookupError), database.transaction() as tx:
        tx.execute(insert(things).values(number=3))
        raise LookupError

    assert _numbers(database) == set()
