"""One consistent state of a node's database as files, and the way back, for SQLite and for PostgreSQL.

SQLite is copied by its online backup, PostgreSQL by COPY from one snapshot: neither needs a program of a matching
version. Nobody who works with the database waits for it.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import Connection, inspect, make_url, text

from deploy.backup.errors import BackupUnusable
from shared.database import Database, Transaction
from shared.schema_version import version_of

SQLITE = "node.db"
NOTED = "alembic_version"  #: the migrations' own table, which the schema brings


def path_of(url: str) -> Path | None:
    """The file of an SQLite database; None for another engine."""
    parsed = make_url(url)
    return Path(str(parsed.database)) if parsed.get_backend_name() == "sqlite" else None


def copy_out(url: str, folder: Path) -> tuple[str, dict[str, int]]:
    """Copy all of the database into the folder; returns its schema's revision, and the rows of each table."""
    path = path_of(url)
    if path is None:
        return _copy_tables(url, folder)
    if not path.is_file():
        raise BackupUnusable(f"{path} is not there: check THROUGHLINE_INTAKE_DATABASE_URL")
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(folder / SQLITE)) as copy:
        source.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")
    return look_at(f"sqlite:///{folder / SQLITE}")


def look_at(url: str) -> tuple[str, dict[str, int]]:
    """The revision of a database's schema, and the rows of each table; raises BackupUnusable for none of a node."""
    with closing(Database(url)) as database, database.reading() as tx:
        return noted_in(tx.connection), rows_in(tx.connection)


def noted_in(connection: Connection) -> str:
    """The schema's revision."""
    revision = version_of(connection)
    if revision is None:
        raise BackupUnusable("there is no node's database yet: check THROUGHLINE_INTAKE_DATABASE_URL")
    return revision


def rows_in(connection: Connection) -> dict[str, int]:
    """How many rows each table has."""
    return {name: _count(connection, name) for name in tables_in(connection)}


def tables_in(connection: Connection) -> list[str]:
    """All tables, those that others refer to first."""
    ordered = inspect(connection).get_sorted_table_and_fkc_names()
    return [name for name, _ in ordered if name and name != NOTED]


def _count(connection: Connection, table: str) -> int:
    return int(connection.execute(text(f'SELECT count(*) FROM "{table}"')).scalar_one())  # noqa: S608 - our tables


def _copy_tables(url: str, folder: Path) -> tuple[str, dict[str, int]]:
    with closing(Database(url)) as database, database.engine.connect() as connection:
        connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
        for table in tables_in(connection):
            with (folder / table).open("wb") as file:
                _copy_table(connection, table, file)
        return noted_in(connection), rows_in(connection)


def _copy_table(connection: Connection, table: str, file: BinaryIO) -> None:
    """Its columns in the first line, then its rows."""
    columns = [column["name"] for column in inspect(connection).get_columns(table)]
    file.write(("\t".join(columns) + "\n").encode())
    with _cursor(connection) as cursor, cursor.copy(f'COPY "{table}" ({_quoted(columns)}) TO STDOUT') as rows:
        file.writelines(rows)


def _quoted(columns: Iterable[str]) -> str:
    return ", ".join(f'"{column}"' for column in columns)


def copy_in(tx: Transaction, folder: Path, tables: dict[str, int]) -> None:
    """Fill the tables of an empty PostgreSQL database from the folder."""
    connection = tx.connection
    for table in reversed(tables_in(connection)):
        connection.execute(text(f'DELETE FROM "{table}"'))  # noqa: S608 - what migrations put there
    for table in (name for name in tables_in(connection) if name in tables):
        with (folder / table).open("rb") as file:
            columns = _quoted(file.readline().decode().rstrip("\n").split("\t"))
            with _cursor(connection) as cursor, cursor.copy(f'COPY "{table}" ({columns}) FROM STDIN') as rows:
                while piece := file.read(1_048_576):
                    rows.write(piece)
    _let_counters_go_on(connection)


def _let_counters_go_on(connection: Connection) -> None:
    for table in tables_in(connection):
        for column in inspect(connection).get_columns(table):
            if "nextval" in str(column["default"]):
                name, last = column["name"], f'(SELECT max("{column["name"]}") FROM "{table}")'  # noqa: S608 - ours
                sequence = f"pg_get_serial_sequence('\"{table}\"', '{name}')"
                connection.execute(
                    text(f"SELECT setval({sequence}, coalesce({last}, 1), {last} IS NOT NULL)")
                )


@contextmanager
def _cursor(connection: Connection) -> Iterator[Any]:
    from psycopg import Cursor  # a node on SQLite starts without it

    raw: Any = connection.connection.dbapi_connection
    with Cursor(raw) as cursor:
        yield cursor
