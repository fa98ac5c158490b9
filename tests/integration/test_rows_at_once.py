"""Many rows in one go arrive as one row does, on both engines, and what stops them is told in the same way."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from enum import StrEnum
from uuid import uuid4

import pytest
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Uuid,
    select,
)
from sqlalchemy.exc import IntegrityError, OperationalError

from shared.database import BigId, Database, Moment
from shared.rows import add, put

AT = datetime(2026, 4, 1, 12, 30, tzinfo=UTC)


class Colour(StrEnum):
    """A code, as columns hold them."""

    RED = "red"


metadata = MetaData()
whole = Table("whole", metadata, Column("id", Uuid, primary_key=True))
things = Table(
    "things",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("whole_id", Uuid, ForeignKey("whole.id")),
    Column("order", Integer),  # a word of SQL
    Column("large", BigId),
    Column("colour", String(10)),
    Column("is_new", Boolean),
    Column("on", Date),
    Column("at", Moment),
    Column("body", LargeBinary),
    Column("said", JSON),
)
NOTHING = dict.fromkeys(("whole_id", "order", "large", "colour", "is_new", "on", "at", "body", "said"))
SOMETHING = {
    "whole_id": None,
    "order": -1,
    "large": 2**40,
    "colour": Colour.RED,
    "is_new": True,
    "on": AT.date(),
    "at": AT,
    "body": bytes(range(256)) * 40,
    "said": {"words": ["ё", None, 1.5]},
}


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    with closing(Database(database_url)) as opened:
        metadata.create_all(opened.engine)
        yield opened


@pytest.mark.parametrize("others", [0, 1])
def test_what_is_added_is_there_as_it_was_given(database: Database, others: int) -> None:
    given = [{"id": uuid4(), **SOMETHING}, *({"id": uuid4(), **NOTHING} for _ in range(others))]
    with database.transaction() as tx:
        add(tx, things, given)
    with database.reading() as tx:
        found = {row["id"]: dict(row) for row in tx.execute(select(things)).mappings()}
    assert found == {row["id"]: row for row in given}


def test_of_a_row_that_is_there_the_named_columns_are_the_new_ones(database: Database) -> None:
    known, other = {"id": uuid4(), **SOMETHING}, {"id": uuid4(), **NOTHING}
    newer = known | {"order": 7, "large": 8, "is_new": False}

    with database.transaction() as tx:
        put(tx, things, [known], ("order", "large"))
        put(tx, things, [newer, other], ("order", "large"))

    with database.reading() as tx:
        found = {row["id"]: dict(row) for row in tx.execute(select(things)).mappings()}
    assert found == {known["id"]: known | {"order": 7, "large": 8}, other["id"]: other}


@pytest.mark.parametrize("count", [1, 2])
def test_what_belongs_to_nothing_is_refused_as_ever(database: Database, count: int) -> None:
    given = [{"id": uuid4(), **SOMETHING, "whole_id": uuid4()} for _ in range(count)]
    with pytest.raises(IntegrityError) as refused, database.transaction() as tx:
        add(tx, things, given)
    assert "words" not in str(refused.value)
    with database.reading() as tx:
        assert not tx.execute(select(things)).all()


@pytest.mark.parametrize("count", [1, 2])
def test_a_server_that_is_gone_is_told_as_ever(postgres_url: str, count: int) -> None:
    with closing(Database(postgres_url)) as opened:
        metadata.create_all(opened.engine)
        with pytest.raises(OperationalError) as lost:
            _add_after_the_end(opened, count)
    assert lost.value.connection_invalidated


def _add_after_the_end(database: Database, count: int) -> None:
    with database.transaction() as tx:
        pid = tx.connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
        with database.transaction() as other:
            other.connection.exec_driver_sql(f"SELECT pg_terminate_backend({pid})")
        add(tx, things, [{"id": uuid4(), **SOMETHING} for _ in range(count)])
