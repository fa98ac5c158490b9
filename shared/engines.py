"""How SQLite and PostgreSQL are opened: what each is told, so that both keep what they were given."""

import os
import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import URL, Connection, Dialect, Engine, create_engine, event, make_url
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from shared import files

#: Rows are found by their keys, and today's disks need not seek; to compile a query takes longer than to answer it.
#: Moments come as they are meant, whatever zone the server lives in.
TOLD = "-c random_page_cost=1.1 -c jit=off -c timezone=UTC"
COPIED = "copied"  #: the option of a COPY that names the types of its columns
LOCK_PATIENCE = 5.0  #: seconds to wait for SQLite's one writer before the work counts as not possible now


class NotUnicode(SQLAlchemyError):
    """A database does not keep its text as Unicode: make it anew, createdb --encoding UTF8 --template template0."""


def driver_url(url: str) -> URL:
    """The address with the driver that is used where it names none."""
    parsed = make_url(url)
    return parsed.set(drivername="postgresql+psycopg") if parsed.drivername == "postgresql" else parsed


def engine_of(url: str) -> Engine:
    """The database of that address, opened as we use it: discreet, durable, patient."""
    parsed = driver_url(url)
    discreet_json = {"hide_parameters": True, "json_serializer": _as_json, "json_deserializer": orjson.loads}
    if parsed.get_backend_name() != "sqlite":
        pool = {"pool_pre_ping": True, "pool_size": 20, "max_overflow": 40}
        engine = create_engine(
            parsed, connect_args={"options": TOLD, "client_encoding": "utf8"}, **pool, **discreet_json
        )
        event.listen(engine, "connect", _prepare_postgres)
        event.listen(engine, "do_executemany", _copy)
        return engine
    patience = {"timeout": 0, "check_same_thread": False}
    engine = create_engine(parsed, connect_args=patience, **discreet_json)
    event.listen(engine, "do_connect", _begin_private)
    event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _as_json(value: Any) -> str:
    return orjson.dumps(value).decode()


def _prepare_postgres(connection: Any, _record: Any) -> None:
    """Values go and come in binary: as text each body would be written, and read, letter by letter.

    A cluster that was made without a locale counts bytes for letters, and others know too few: raises NotUnicode.
    """
    from psycopg.types.array import ListBinaryDumper  # noqa: PLC0415 - a node on SQLite starts without it

    if connection.info.parameter_status("server_encoding") != "UTF8":
        connection.close()
        raise NotUnicode(NotUnicode.__doc__)
    connection.cursor_factory = _binary_cursor
    connection.adapters.register_dumper(list, ListBinaryDumper)


def _binary_cursor(connection: Any, **how: Any) -> Any:
    from psycopg import Cursor, pq  # noqa: PLC0415 - a node on SQLite starts without it

    cursor = Cursor(connection, **how)
    cursor.format = pq.Format.BINARY
    return cursor


def _copy(cursor: Any, statement: str, rows: Sequence[Any], context: Any) -> bool:
    """Rows that are to be copied go as one stream; all else is done as ever."""
    types = context.execution_options.get(COPIED)
    if types is None:
        return False
    with cursor.copy(statement) as stream:
        stream.set_types(types)
        for row in rows:
            stream.write_row(row)
    return True


def _begin_private(_dialect: Dialect, _record: Any, where: Sequence[str], how: Mapping[str, Any]) -> None:
    """A file that SQLite would make is its owner's alone from its first byte; one that is there stays as it is.

    The owner is that of the folder, should root be the one who makes it.
    """
    if how.get("uri") or where[0] == ":memory:":
        return
    with suppress(OSError):  # it is there; or SQLite says why it cannot be
        os.close(os.open(where[0], os.O_CREAT | os.O_EXCL, files.PRIVATE))
        files.give_to_owner_of(Path(where[0]).parent, Path(where[0]))


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    """FULL, because NORMAL loses acknowledged transactions in a power cut. FAST overwrites what goes.

    What was read stays in memory, up to 16 MB a connection: with SQLite's own two, a page of a large node reads most of
    its rows from the file again.
    """
    connection.isolation_level = None  # we say BEGIN ourselves; the driver's own habit hides it
    durable, safe = ("journal_mode=WAL", "synchronous=FULL"), ("foreign_keys=ON", "trusted_schema=OFF")
    for pragma in (*durable, *safe, "secure_delete=FAST", "cache_size=-16000"):
        _patiently(partial(_execute, connection, f"PRAGMA {pragma}"))


def begin(connection: Connection, *, write: bool) -> None:
    """Begin a transaction: in SQLite a writer's has the file for itself; PostgreSQL's begin by themselves."""
    if connection.dialect.name != "sqlite":
        return
    raw = connection.connection.dbapi_connection
    assert raw is not None  # noqa: S101 - a checked-out connection has one
    statement = "BEGIN IMMEDIATE" if write else "BEGIN"
    try:
        _patiently(partial(_execute, raw, statement))
    except sqlite3.Error as error:
        raise OperationalError(statement, None, error, hide_parameters=True) from None


def _execute(connection: Any, statement: str) -> None:
    connection.execute(statement).close()


def _patiently(do: Callable[[], None]) -> None:
    """Wait for another process's write in small sleeps, which let other work of this process go on."""
    end = time.monotonic() + LOCK_PATIENCE
    while True:
        try:
            return do()
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > end:
                raise
            time.sleep(0.002)
