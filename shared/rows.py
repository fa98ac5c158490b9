"""Many rows in one statement, on both engines: what is done to each message of a batch is done to all of them at once.

PostgreSQL is given each column as one array, so that the statement is the same however many rows there are: it is
neither put together nor read anew. New rows that cannot meet their like are copied, which is cheaper still.
SQLite has no round trips to save and is given one row after the other.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import orjson
from sqlalchemy import (
    ARRAY,
    JSON,
    ColumnElement,
    String,
    Table,
    TableValuedAlias,
    Text,
    and_,
    any_,
    bindparam,
    cast,
    column,
    func,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from shared.database import Transaction
from shared.engines import COPIED

Row = Mapping[str, Any]
Names = tuple[str, ...]
Changes = Callable[
    [Any, Any], Mapping[str, Any]
]  #: what a row becomes, from the columns of the new and of the old one


def insert_into(tx: Transaction, table: Table) -> Any:
    """An insert that may meet its row, in the words of the engine."""
    return (sqlite if tx.is_sqlite else postgresql).insert(table)


def add(tx: Transaction, table: Table, rows: Sequence[Row]) -> None:
    """Insert the rows. Here as below: all have the same columns."""
    if len(rows) > 1 and not tx.is_sqlite:
        statement, types = _copying(table, _names(rows))
        tx.connection.exec_driver_sql(statement, _streamed(table, rows), execution_options={COPIED: types})
    elif rows:
        tx.execute(_adding(table, _names(rows), sqlite=tx.is_sqlite), _given(tx, table, rows))


def add_new(tx: Transaction, table: Table, rows: Sequence[Row]) -> Sequence[Any]:
    """Insert the rows whose primary key is not there yet; returns the keys of these."""
    if not rows:
        return ()
    adding = _adding(table, _names(rows), sqlite=tx.is_sqlite, quietly=True)
    return tx.execute(adding, _given(tx, table, rows)).all()


def put(tx: Transaction, table: Table, rows: Sequence[Row], changes: Changes | Names) -> None:
    """Insert the rows; where a row of that primary key is there, the columns of these names are the new row's.

    Or it becomes what a function of a module makes of both: its statement is kept as long as the process lives. No key
    may come twice. Rows are locked in the order given.
    """
    if rows:
        putting = _adding(table, _names(rows), sqlite=tx.is_sqlite, changes=changes)
        tx.execute(putting, _given(tx, table, rows))


def change(tx: Transaction, table: Table, rows: Sequence[Row]) -> None:
    """Write the given columns of rows that are there, found by their primary key."""
    if rows:
        tx.execute(_changing(table, _names(rows), sqlite=tx.is_sqlite), _given(tx, table, rows, suffix=NEW))


def among(named: ColumnElement[Any], given: str, *, sqlite: bool) -> ColumnElement[bool]:
    """Whether the column is one of the values that are given under that name when the statement is executed."""
    return named.in_(bindparam(given, expanding=True)) if sqlite else _is_among(named, given)


def _is_among(named: ColumnElement[Any], parameter: str) -> ColumnElement[bool]:
    """Told apart from a join, so that the planner looks each row up however little it knows of the table."""
    return named == any_(bindparam(parameter, type_=ARRAY(_carried(named.type))))


NEW = "_new"  #: after a column's name: the name of what is given for it


def _names(rows: Sequence[Row]) -> Names:
    return tuple(rows[0])


@cache
def _copying(table: Table, names: Names) -> tuple[str, list[str]]:
    """The statement, and the type of each of its columns."""
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    quoted = ", ".join(map(dialect.identifier_preparer.quote, names))
    into = dialect.identifier_preparer.format_table(table)
    types = [_carried(table.c[name].type).compile(dialect).lower() for name in names]
    return f"COPY {into} ({quoted}) FROM STDIN (FORMAT BINARY)", types


def _streamed(table: Table, rows: Sequence[Row]) -> list[tuple[Any, ...]]:
    return list(
        zip(*(_array(table.c[name].type, [row[name] for row in rows]) for name in _names(rows)), strict=True)
    )


@cache
def _adding(
    table: Table, names: Names, *, sqlite: bool, quietly: bool = False, changes: Changes | Names = ()
) -> Any:
    adding = _insert_one(table) if sqlite else _insert_all(table, names)
    key = list(table.primary_key)
    if quietly:
        return adding.on_conflict_do_nothing().returning(*key)
    if changes:
        new = adding.excluded
        become = changes(new, table.c) if callable(changes) else {name: new[name] for name in changes}
        return adding.on_conflict_do_update(index_elements=key, set_=become)
    return adding


def _insert_one(table: Table) -> sqlite.Insert:
    return sqlite.insert(table)


def _insert_all(table: Table, names: Names) -> postgresql.Insert:
    new = _unnested(table, names)
    return postgresql.insert(table).from_select(names, select(*(_stored(table, new, name) for name in names)))


@cache
def _changing(table: Table, names: Names, *, sqlite: bool) -> Any:
    key = [each.name for each in table.primary_key]
    if sqlite:
        new = {name: bindparam(name + NEW, type_=table.c[name].type) for name in names}
        narrowed: tuple[Any, ...] = ()
    else:
        unnested = _unnested(table, names)
        new = {name: _stored(table, unnested, name) for name in names}
        narrowed = (_is_among(table.c[key[0]], key[0] + NEW),)
    found = and_(*narrowed, *(table.c[name] == new[name] for name in key))
    return update(table).where(found).values({name: new[name] for name in names if name not in key})


def _unnested(table: Table, names: Names) -> TableValuedAlias:
    types = {name: _carried(table.c[name].type) for name in names}
    arrays = [bindparam(name + NEW, type_=ARRAY(type_)) for name, type_ in types.items()]
    columns = [column(name, type_) for name, type_ in types.items()]
    return func.unnest(*arrays).table_valued(*columns).render_derived(name="new")


def _carried(type_: Any) -> Any:
    """The type inside an array: JSON goes as text, and text without its length, for a cast would cut it off."""
    return Text() if isinstance(type_, JSON | String) else type_


def _stored(table: Table, new: TableValuedAlias, name: str) -> Any:
    type_ = table.c[name].type
    return cast(new.c[name], type_) if isinstance(type_, JSON) else new.c[name]


def _given(tx: Transaction, table: Table, rows: Sequence[Row], suffix: str = "") -> Any:
    if tx.is_sqlite:
        return [{name + suffix: value for name, value in row.items()} for row in rows] if suffix else rows
    return {name + NEW: _array(table.c[name].type, [row[name] for row in rows]) for name in _names(rows)}


def _array(type_: Any, values: list[Any]) -> list[Any]:
    if isinstance(type_, JSON):
        return [None if value is None else orjson.dumps(value).decode() for value in values]
    if isinstance(type_, String):
        texts = None not in values  # the usual case is the quicker one
        return (
            list(map(str, values)) if texts else [None if value is None else str(value) for value in values]
        )
    return values
