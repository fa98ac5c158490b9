"""Which version a database is of, told without what it takes to change it: a service would keep that in memory."""

from importlib import resources

from sqlalchemy import Connection, inspect, text

from shared.database import Database


class DatabaseTooNew(Exception):
    """The database was written by a newer version: start that version, or restore the backup of before it."""


class DatabaseTooOld(Exception):
    """The database is of an older version, or empty: run throughline migrate."""


def is_newest(package: str, url: str) -> bool:
    """Whether the database of a service such as ``services.intake`` is of the code's newest version."""
    database = Database(url)
    try:
        with database.reading() as tx:
            return version_of(tx.connection) == newest_of(package)
    finally:
        database.close()


def version_of(connection: Connection) -> str | None:
    """As the migrations have noted it; None for a database without any."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    noted: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return noted


def newest_of(package: str) -> str:
    """The version that the service's last migration leads to; its file's name begins with it."""
    files = (resources.files(package) / "migrations" / "versions").iterdir()
    return max(file.name.partition("_")[0] for file in files if file.name.endswith(".py"))
