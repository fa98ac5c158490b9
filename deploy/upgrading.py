"""A node's database becomes this version's, in one transaction that is looked at before it ends, or stays as it was."""

import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, text

from deploy.backup.copies import look_at, noted_in, path_of, rows_in
from deploy.backup.settings import BackupSettings
from deploy.doctor import backups, keys, messages
from deploy.doctor import database as of_database
from deploy.doctor.check import Check, Finding, Node, Verdict, failed
from shared.database import Database, Transaction
from shared.migrations import may_lose_rows, upgrade_in
from shared.schema_version import newest_of
from shared.settings import SettingsWrong, read

NODE = "services.intake"
RELEASED = {"0001": "0.1.0"}  #: the revision of the schema with which each version was released
FOR_BACKUP, FOR_DATABASE = 3, 2  #: times its size: beside the backup while it is made, beside SQLite's file
WORKER_LIVES = failed(
    "the worker lives, or did two minutes ago",
    "stop throughline run intake and throughline web intake, wait for two minutes, then run this again",
)
OF_DATABASE = tuple(check for check in of_database.CHECKS if check.name != "migrations")
BEFORE = (*keys.CHECKS, *OF_DATABASE, Check("backup_settings", backups.backup_settings))
AFTER = (*of_database.CHECKS, Check("key_fits", keys.key_fits))

Answer = TypeVar("Answer")


class NotUpgraded(Exception):
    """Says which step failed; the database is as it was."""


class Older(Node):
    """A node whose database is asked though it is of an older version: for what there is in every version."""

    def asked(self, question: Callable[[Transaction], Answer]) -> Answer:
        """What the database answers."""
        with self.database() as database, database.reading() as tx:
            return question(tx)


@dataclass(frozen=True)
class Plan:
    """From which revision of the schema to which, the rows of each table, its bytes, and what stands in the way.

    ``revision`` is empty where the database does not answer.
    """

    revision: str
    newest: str
    rows: dict[str, int]
    size: int
    obstacles: dict[str, Finding]


def plan_of(node: Node) -> Plan:
    """What an upgrade of this node's database would be; changes nothing. Raises BackupUnusable where there is none."""
    url = node.settings.intake_database_url
    there = of_database.database(node)
    if there.verdict is Verdict.FAILED:
        return Plan("", newest_of(NODE), {}, 0, {"database": there})
    revision, rows = look_at(url)
    size = _size(url)
    obstacles = {} if revision == newest_of(NODE) else dict(_obstacles(node, revision, size))
    return Plan(revision, newest_of(NODE), rows, size, obstacles)


def _size(url: str) -> int:
    path = path_of(url)
    if path is not None:
        return sum(file.stat().st_size for file in (path, Path(f"{path}-wal")) if file.exists())
    with closing(Database(url)) as database, database.reading() as tx:
        return int(tx.execute(text("SELECT pg_database_size(current_database())")).scalar_one())


def _obstacles(node: Node, revision: str, size: int) -> Iterator[tuple[str, Finding]]:
    if revision > newest_of(NODE):
        yield "migrations", of_database.migrations(node)
        return
    yield from found_by(BEFORE, node).items()
    if messages.worker(Older()).verdict is Verdict.WELL:
        yield "worker", WORKER_LIVES
    for folder, needed in rooms(node, size).items():
        if (free := shutil.disk_usage(folder).free) < needed:
            says = f"{_megabytes(free)} are free in {folder}, and {_megabytes(needed)} are needed"
            yield "room", failed(says, "make room, or name another folder in THROUGHLINE_BACKUP_FOLDER")


def _megabytes(size: int) -> str:
    return f"{-(-size // 1_000_000)} MB"


def found_by(checks: tuple[Check, ...], node: Node) -> dict[str, Finding]:
    """Which of these checks failed, and what they found."""
    found = {check.name: check.of(node) for check in checks}
    return {name: one for name, one in found.items() if one.verdict is Verdict.FAILED}


def rooms(node: Node, size: int) -> dict[Path, int]:
    """The bytes that are needed meanwhile on each disk of this machine, by a folder on it."""
    path, disks = path_of(node.settings.intake_database_url), dict[int, Path]()
    needed: Counter[Path] = Counter()
    for folder, more in ((_backup_folder(), FOR_BACKUP), (path and path.parent, FOR_DATABASE)):
        if folder and folder.is_dir():
            needed[disks.setdefault(folder.stat().st_dev, folder)] += more * size
    return dict(needed)


def _backup_folder() -> Path | None:
    with suppress(SettingsWrong):  # an obstacle of its own
        return read(BackupSettings).backup_folder
    return None


def migrate(url: str) -> dict[str, int]:
    """All steps in one transaction; returns the rows of each table then. Raises NotUpgraded."""
    try:
        with closing(Database(url)) as database, database.transaction() as tx:
            before = noted_in(tx.connection), rows_in(tx.connection)
            upgrade_in(tx, NODE)
            after = rows_in(tx.connection)
            _verify(tx, *before, after)
    except NotUpgraded:
        raise
    except Exception as broken:
        raise NotUpgraded(f"a migration failed ({type(broken).__name__})") from broken
    return after


def _verify(tx: Transaction, revision: str, before: dict[str, int], after: dict[str, int]) -> None:
    if noted_in(tx.connection) != newest_of(NODE):
        raise NotUpgraded("the migrations did not lead to this version's schema")
    fewer = {name for name, count in before.items() if after.get(name, 0) < count}
    if lost := fewer - may_lose_rows(NODE, revision):
        raise NotUpgraded(f"rows would be lost, and no migration says so: {', '.join(sorted(lost))}")
    if broken := _broken(tx.connection, is_sqlite=tx.is_sqlite):
        raise NotUpgraded(f"the database would not be whole: {broken}")


def _broken(connection: Connection, *, is_sqlite: bool) -> str:
    """What is wrong with the file, or which constraints do not hold; empty for nothing."""
    if not is_sqlite:
        invalid = "SELECT conname FROM pg_constraint WHERE NOT convalidated ORDER BY conname"
        return ", ".join(connection.execute(text(invalid)).scalars())
    if connection.exec_driver_sql("PRAGMA integrity_check").scalars().all() != ["ok"]:
        return "PRAGMA integrity_check finds damage"
    lost = connection.exec_driver_sql("PRAGMA foreign_key_check").scalars().all()
    return f"rows of {', '.join(sorted(set(lost)))} refer to what is not there" if lost else ""
