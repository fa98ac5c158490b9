"""One database per service; one transaction per use case; SQLite and PostgreSQL alike."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import BigInteger, Connection, DateTime, Dialect, Integer, MetaData, TypeDecorator, text

from shared import tracing
from shared.clock import Clock, now
from shared.engines import begin, engine_of
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
_DO_NOT_WAIT = text("SET LOCAL synchronous_commit = off")

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
        self.engine = engine_of(url)
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
            begin(connection, write=True)
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
            begin(connection, write=False)
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
