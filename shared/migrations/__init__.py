"""Bring a service's database to what its code expects; each service holds only the versions."""

from importlib import import_module, resources
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, create_engine, text

from shared.database import Database, Transaction
from shared.engines import driver_url
from shared.schema_version import DatabaseTooNew, DatabaseTooOld

LOCK = 7_265_101  #: PostgreSQL's advisory lock of those who migrate; any number will do


def upgrade(package: str, url: str) -> None:
    """Bring the database of a service such as ``services.intake`` up to its newest version, or not touch it.

    All in one transaction; who comes meanwhile waits. Raises DatabaseTooNew.
    """
    database = Database(url)
    try:
        with database.transaction() as tx:
            upgrade_in(tx, package)
    finally:
        database.close()


def upgrade_in(tx: Transaction, package: str, to: str = "head") -> None:
    """The same within a transaction, to that version; raises DatabaseTooNew also where the code does not know it."""
    config = _config(package)
    if not tx.is_sqlite:
        tx.execute(text(f"SELECT pg_advisory_xact_lock({LOCK})"))
    _refuse_newer(config, {to, *_at(tx.connection)} - {"head"})
    config.attributes |= {"connection": tx.connection, "metadata": _metadata(package)}
    command.upgrade(config, to)


def may_lose_rows(package: str, since: str) -> set[str]:
    """The tables of which migrations after that version say, as ``FEWER_ROWS``, that rows go from them."""
    later = ScriptDirectory.from_config(_config(package)).iterate_revisions("head", since)
    return {table for script in later for table in getattr(script.module, "FEWER_ROWS", ())}


def check(package: str, url: str) -> None:
    """Raise DatabaseTooNew or DatabaseTooOld unless the database is of the code's newest version."""
    config = _config(package)
    database = Database(url)
    try:
        with database.reading() as tx:
            _refuse_newer(config, _at(tx.connection))
            if _at(tx.connection) != set(ScriptDirectory.from_config(config).get_heads()):
                raise DatabaseTooOld(DatabaseTooOld.__doc__)
    finally:
        database.close()


def differences(package: str, url: str) -> list[Any]:
    """How the database differs from the service's table definitions; nothing, if all is well."""
    engine = create_engine(driver_url(url))  # as text: nobody reads in binary how PostgreSQL notes an index
    try:
        with engine.connect() as connection:
            return list(compare_metadata(MigrationContext.configure(connection), _metadata(package)))
    finally:
        engine.dispose()


def _config(package: str) -> Config:
    config = Config()
    config.set_main_option("script_location", _escaped(resources.files(__name__)))
    config.set_main_option("path_separator", "newline")
    config.set_main_option(
        "version_locations", _escaped(resources.files(package) / "migrations" / "versions")
    )
    return config


def _escaped(path: object) -> str:
    """Alembic reads its options with interpolation."""
    return str(path).replace("%", "%%")


def _metadata(package: str) -> MetaData:
    metadata: MetaData = import_module(f"{package}.storage").metadata
    return metadata


def _at(connection: Connection) -> set[str]:
    return set(MigrationContext.configure(connection).get_current_heads())


def _refuse_newer(config: Config, versions: set[str]) -> None:
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if versions - known:
        raise DatabaseTooNew(DatabaseTooNew.__doc__)
