"""One database per service; one transaction per use case; SQLite and PostgreSQL alike."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import orjson
from sqlalchemy import (
    URL,
    BigInteger,
    Connection,
    DateTime,
    Dialect,
    Engine,
    Integer,
    MetaData,
    TypeDecorator,
    create_engine,
    event,
    make_url,
    text,
)
from sqlalchemy.exc import OperationalError

from shared import tracing
from shared.clock import Clock, now
from shared.failpoints import reached
from shared.together import Together

if TYPE_CHECKING:
    from shared.at_rest import StorageKeys
    from shared.messaging.outbox import Outbox

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
#: Rows are found by their keys, and today's disks need not seek; to compile a query takes longer than to answer it.
PLANNING = "-c random_page_cost=1.1 -c jit=off"
_DO_NOT_WAIT = text("SET LOCAL synchronous_commit = off")
COPIED = "copied"  #: the option of a COPY that names the types of its columns
LOCK_PATIENCE = 5.0  #: seconds to wait for SQLite's one writer before the work counts as not possible now

BigId = BigInteger().with_variant(Integer, "sqlite")  #: a counting key on both engines


class Moment(TypeDecorator[datetime]):
    """A moment in UTC. SQLite keeps no zone, so it is put back on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's
        """Naive moments are refused: they would mean something else elsewhere."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's
        """UTC, always."""
        return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value


def new_metadata() -> MetaData:
    """Table definitions whose constraints have the same names on every engine."""
    return MetaData(naming_convention=NAMES)


class Transaction:
    """One open transaction: its moment, its statements, and what goes out when it commits.

    ``at`` is the moment of everything done in it, UTC. ``outbox`` is where its events go. ``is_sqlite`` tells
    which engine keeps it.
    """

    def __init__(
        self,
        connection: Connection,
        at: datetime,
        outbox: "Outbox | None" = None,
        at_rest: "StorageKeys | None" = None,
    ) -> None:
        self.connection, self.at = connection, at
        self.execute = connection.execute
        self.is_sqlite = connection.dialect.name == "sqlite"
        self._outbox, self._at_rest = outbox, at_rest
        self.gathered: dict[object, list[Any]] = {}
        self.before_commit: list[Callable[[Transaction], None]] = []
        self.after_commit: list[Callable[[], None]] = []

    @property
    def outbox(self) -> "Outbox":
        """The outbox of the service whose transaction this is."""
        return _there(self._outbox)

    @property
    def at_rest(self) -> "StorageKeys":
        """The keys of what lies sealed in this database."""
        if self._at_rest is None:
            raise TypeError("this database was opened without a storage key")
        return self._at_rest


Wish = TypeVar("Wish")
Answer = TypeVar("Answer")
Work = Callable[[Transaction, Sequence[Wish]], Sequence[Answer | Exception]]


class Database:
    """The service's own database. Bind values never stand in its errors."""

    def __init__(
        self,
        url: str,
        *,
        clock: Clock = now,
        outbox: "Outbox | None" = None,
        at_rest: "StorageKeys | None" = None,
    ) -> None:
        self.engine = _engine(url)
        self.clock, self._outbox, self._at_rest = clock, outbox, at_rest
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        unbound = {} if self.is_sqlite else {"isolation_level": "AUTOCOMMIT"}
        self._looking = self.engine.execution_options(**unbound)
        self._together: dict[Any, Together[Any, Any]] = {}
        self._making = threading.Lock()
        self._writing = threading.Lock() if self.is_sqlite else nullcontext()

    @property
    def outbox(self) -> "Outbox":
        """Where the service's events go; TypeError for a database that was opened without one."""
        return _there(self._outbox)

    @contextmanager
    def transaction(self, *, may_be_forgotten: bool = False) -> Iterator[Transaction]:
        """Commit on the way out, roll back on any error.

        What ``may_be_forgotten`` in a power cut, whole, is done sooner: PostgreSQL does not wait for its disk.
        """
        with tracing.span("transaction"), self._writing, self.engine.connect() as connection:
            _begin(connection, write=True)
            if may_be_forgotten and not self.is_sqlite:
                connection.execute(_DO_NOT_WAIT)
            tx = Transaction(connection, self.clock(), self._outbox, self._at_rest)
            yield tx
            for prepare in tx.before_commit:
                prepare(tx)
            reached("transaction.before_commit")
            connection.commit()
        reached("transaction.committed")
        for do in tx.after_commit:
            do()

    @contextmanager
    def reading(self) -> Iterator[Transaction]:
        """To look, and to change nothing. SQLite shows one state; PostgreSQL, for each query, the newest.

        There a transaction around them would not alter that, and cost two more round trips.
        """
        with self._looking.connect() as connection:
            _begin(connection, write=False)
            yield Transaction(connection, self.clock(), at_rest=self._at_rest)
            connection.rollback()

    def together(self, do: "Work[Wish, Answer]") -> Callable[[Wish], Answer]:
        """A way to do it in one transaction for all threads that want it at the same moment.

        ``do`` gets the wishes and returns for each its answer or the exception to raise; it must not have
        written anything for a wish that it refuses.
        """
        with self._making:
            return self._together.setdefault(do, Together(partial(self._in_one_transaction, do)))

    def _in_one_transaction(
        self, do: "Work[Wish, Answer]", wishes: Sequence[Wish]
    ) -> Sequence[Answer | Exception]:
        with self.transaction() as tx:
            return do(tx, wishes)

    def close(self) -> None:
        """Give back every connection."""
        self.engine.dispose()


def _there(outbox: "Outbox | None") -> "Outbox":
    if outbox is None:
        raise TypeError("this database was opened without an outbox")
    return outbox


def driver_url(url: str) -> URL:
    """The address with the driver that is used where it names none."""
    parsed = make_url(url)
    return parsed.set(drivername="postgresql+psycopg") if parsed.drivername == "postgresql" else parsed


def _engine(url: str) -> Engine:
    parsed = driver_url(url)
    discreet_json = {"hide_parameters": True, "json_serializer": _as_json, "json_deserializer": orjson.loads}
    if parsed.get_backend_name() != "sqlite":
        pool = {"pool_pre_ping": True, "pool_size": 20, "max_overflow": 40}
        engine = create_engine(parsed, connect_args={"options": PLANNING}, **pool, **discreet_json)
        event.listen(engine, "connect", _prepare_postgres)
        event.listen(engine, "do_executemany", _copy)
        return engine
    patience = {"timeout": 0, "check_same_thread": False}
    engine = create_engine(parsed, connect_args=patience, **discreet_json)
    event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _as_json(value: Any) -> str:
    return orjson.dumps(value).decode()


def _prepare_postgres(connection: Any, _record: Any) -> None:
    """Values go and come in binary: as text each body would be written, and read, letter by letter."""
    from psycopg.types.array import ListBinaryDumper  # noqa: PLC0415 - a node on SQLite starts without it

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


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    """FULL, because NORMAL loses acknowledged transactions in a power cut. FAST overwrites what goes.

    What was read stays in memory, up to 16 MB a connection: with SQLite's own two, a page of a large node reads most of
    its rows from the file again.
    """
    connection.isolation_level = None  # we say BEGIN ourselves; the driver's own habit hides it
    durable, safe = ("journal_mode=WAL", "synchronous=FULL"), ("foreign_keys=ON", "trusted_schema=OFF")
    for pragma in (*durable, *safe, "secure_delete=FAST", "cache_size=-16000"):
        _patiently(partial(_execute, connection, f"PRAGMA {pragma}"))


def _begin(connection: Connection, *, write: bool) -> None:
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
