"""Bring a node's database back from a backup: all of it where there was none, or nothing at all."""

import os
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import inspect, text

from deploy.backup.archive import to_disk
from deploy.backup.copies import SQLITE, copy_in, noted_in, path_of, rows_in
from deploy.backup.errors import BackupUnusable
from deploy.backup.manifest import Manifest
from deploy.backup.settings import RestoreSettings
from deploy.composition import keys_in, open_database, scribe_of
from services.intake.storage import bookkeeping
from services.intake.usecases.restoring import Resumed, resume
from shared import files
from shared.database import Database, Transaction
from shared.migrations import upgrade_in
from shared.schema_version import DatabaseTooNew

NODE = "services.intake"
NEWER = "it was made by a newer version ({version}): install that version, and restore with it"
DRILL = "throughline_drill"  #: a schema in PostgreSQL that never outlives its transaction


@dataclass(frozen=True)
class Restored:
    """A backup whose files lie in ``place``, opened and looked at."""

    place: Path
    manifest: Manifest

    @property
    def made_at(self) -> datetime:
        """The moment to which the node goes back."""
        return datetime.fromisoformat(self.manifest.made_at)


def refuse_what_is_there(url: str) -> None:
    """Raise BackupUnusable where there is a database with anything in it."""
    path = path_of(url)
    if path is not None:
        there = os.path.lexists(path)
    else:
        with closing(Database(url)) as database, database.reading() as tx:
            there = bool(inspect(tx.connection).get_table_names())
    if there:
        raise BackupUnusable(
            "there is a database already, and nothing is written over it: move it away, or name another place in "
            "THROUGHLINE_INTAKE_DATABASE_URL"
        )


def restore(settings: RestoreSettings, found: Restored) -> Resumed:
    """Let the node's database be what it was, and go on from there; whoever dies in between leaves nothing of it."""
    url = settings.intake_database_url
    refuse_what_is_there(url)
    target = path_of(url)
    if target is None:
        return _in_one_transaction(settings, url, found, _fill)
    made = found.place / SQLITE
    resumed = _in_one_transaction(settings, f"sqlite:///{made}", found, _check)
    _give_name(made, target)
    return resumed


def drill(settings: RestoreSettings, found: Restored) -> None:
    """The same in a place of its own, of which nothing is left; raises what a restore would raise."""
    url = settings.intake_database_url
    if path_of(url) is not None:
        _in_one_transaction(settings, f"sqlite:///{found.place / SQLITE}", found, _check)
        return
    with _opened(settings, url) as database, suppress(_Tried), database.transaction() as tx:
        tx.execute(text(f"CREATE SCHEMA {DRILL}"))
        tx.execute(text(f"SET LOCAL search_path TO {DRILL}"))
        _fill(tx, found)
        _go_on(tx, settings, found)
        raise _Tried


class _Tried(Exception):
    """All went well, and nothing of it is to stay."""


def _in_one_transaction(
    settings: RestoreSettings, url: str, found: Restored, bring: Callable[[Transaction, Restored], None]
) -> Resumed:
    with _opened(settings, url) as database:
        with database.transaction() as tx:
            bring(tx, found)
            resumed = _go_on(tx, settings, found)
        if database.is_sqlite:
            with database.engine.connect() as connection:
                connection.exec_driver_sql(
                    "PRAGMA journal_mode=DELETE"
                )  # one file, without a second beside it
    return resumed


def _opened(settings: RestoreSettings, url: str) -> "closing[Database]":
    scribe = scribe_of("intake", settings.org, keys_in(settings.key_file))
    return closing(open_database("intake", url, sender=settings.org, scribe=scribe))


def _check(tx: Transaction, found: Restored) -> None:
    """SQLite's file is what it was; raises BackupUnusable."""
    said = tx.connection.exec_driver_sql("PRAGMA integrity_check").scalar()
    if said != "ok":
        raise BackupUnusable("the database in it is damaged: take an older backup")
    _same_rows(tx, found)


def _fill(tx: Transaction, found: Restored) -> None:
    """PostgreSQL gets the schema of then, and every row; raises BackupUnusable."""
    try:
        upgrade_in(tx, NODE, found.manifest.revision)
    except DatabaseTooNew:
        raise BackupUnusable(NEWER.format(version=found.manifest.version)) from None
    copy_in(tx, found.place, found.manifest.tables or {})
    _same_rows(tx, found)


def _same_rows(tx: Transaction, found: Restored) -> None:
    if (noted_in(tx.connection), rows_in(tx.connection)) != (found.manifest.revision, found.manifest.tables):
        raise BackupUnusable(
            "it does not hold as many rows as it says: take another copy, or an older backup"
        )


def _go_on(tx: Transaction, settings: RestoreSettings, found: Restored) -> Resumed:
    if bookkeeping.has_keys(tx) and bookkeeping.lacks_key(tx):
        raise BackupUnusable(
            f"{settings.key_file} does not hold the key with which it was sealed: restore the backup of the keys first"
        )
    try:
        upgrade_in(tx, NODE)
    except DatabaseTooNew:
        raise BackupUnusable(NEWER.format(version=found.manifest.version)) from None
    return resume(tx, settings.org, found.made_at)


def _give_name(made: Path, target: Path) -> None:
    """The database, its owner's alone, has its name once all of it is on the disk; never in the place of another."""
    made.chmod(files.PRIVATE)
    files.give_to_owner_of(target.parent, made)
    to_disk(made)
    try:
        os.link(made, target)
    except FileExistsError:
        raise BackupUnusable(
            f"{target} is there by now, made by somebody else; nothing was changed"
        ) from None
    to_disk(target.parent)
