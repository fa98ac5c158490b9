"""The driver that SQLAlchemy needs around apsw's SQLite, so that our own databases can run on a disk of ours."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import apsw

paramstyle = "qmark"
sqlite_version_info = tuple(int(part) for part in apsw.sqlite_lib_version().split("."))
Binary = memoryview
Error, DatabaseError, IntegrityError = sqlite3.Error, sqlite3.DatabaseError, sqlite3.IntegrityError
OperationalError, ProgrammingError = sqlite3.OperationalError, sqlite3.ProgrammingError
InterfaceError, InternalError = sqlite3.InterfaceError, sqlite3.InternalError
DataError, NotSupportedError = sqlite3.DataError, sqlite3.NotSupportedError


@contextmanager
def _as_sqlite3_says() -> Iterator[None]:
    try:
        yield
    except apsw.ConstraintError as error:
        raise IntegrityError(str(error)) from None
    except apsw.Error as error:
        raise OperationalError(str(error)) from None


class Cursor:
    """As the standard library's."""

    arraysize = 1

    def __init__(self, connection: apsw.Connection) -> None:
        self._cursor = connection.cursor()
        self._cursor.exec_trace = self._describe  # when it has run, a statement tells nothing of its columns
        self.description: Any = None
        self.rowcount, self.lastrowid = -1, None

    def execute(self, statement: str, values: Sequence[Any] = ()) -> "Cursor":
        """One statement."""
        with _as_sqlite3_says():
            self._cursor.execute(statement, tuple(values))
            self._rows = list(self._cursor)
        return self

    def _describe(self, cursor: apsw.Cursor, _statement: str, _values: Any) -> bool:
        self.description = [(name, *[None] * 6) for name, *_ in cursor.get_description()] or None
        return True

    def executemany(self, statement: str, many: Sequence[Sequence[Any]]) -> "Cursor":
        """The statement for each."""
        with _as_sqlite3_says():
            self._cursor.executemany(statement, [tuple(values) for values in many])
        return self

    def fetchall(self) -> list[Any]:
        """All rows that are left."""
        rows, self._rows = self._rows, []
        return rows

    def fetchone(self) -> Any:
        """The next row, or None."""
        return self._rows.pop(0) if self._rows else None

    def fetchmany(self, size: int = 1) -> list[Any]:
        """The next rows."""
        rows, self._rows = self._rows[:size], self._rows[size:]
        return rows

    def close(self) -> None:
        """Nothing more is read."""
        self._cursor.close(True)  # noqa: FBT003 - apsw's own positional flag


class Connection:
    """As the standard library's, without a habit of its own to begin transactions."""

    isolation_level: Any = None

    def __init__(self, path: str, vfs: str) -> None:
        self._connection = apsw.Connection(path, vfs=vfs)

    def cursor(self) -> Cursor:
        """A new one."""
        return Cursor(self._connection)

    def execute(self, statement: str) -> Cursor:
        """On a cursor of its own."""
        return self.cursor().execute(statement)

    def commit(self) -> None:
        """If there is anything to commit."""
        if self._connection.in_transaction:
            self.execute("COMMIT")

    def rollback(self) -> None:
        """If there is anything to roll back."""
        if self._connection.in_transaction:
            self.execute("ROLLBACK")

    def create_function(self, *_: Any, **__: Any) -> None:
        """None of ours is needed."""

    def close(self) -> None:
        """The end."""
        self._connection.close()
