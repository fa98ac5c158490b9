"""The database, its version, its file and its disk."""

import shutil
from contextlib import closing
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from deploy.backup.copies import path_of
from deploy.doctor.check import WELL, Check, Finding, Node, NotApplicable, failed, warning
from deploy.doctor.keys import OTHERS
from services.intake.storage import bookkeeping, staff
from shared.database import Database, Transaction
from shared.engines import NotUnicode
from shared.schema_version import newest_of, version_of

PACKAGE = "services.intake"
LITTLE, TIGHT = 2_000_000_000, 500_000_000  #: bytes that are free on the disk


def database(node: Node) -> Finding:
    """It answers, and is this organisation's."""
    url, path = node.settings.intake_database_url, path_of(node.settings.intake_database_url)
    if path is not None and not path.is_file():
        return failed(
            f"{path} is not there", "throughline migrate intake makes it; throughline restore brings it back"
        )
    try:
        with closing(Database(url)) as opened, opened.reading() as tx:
            owner = bookkeeping.owner(tx) if version_of(tx.connection) else None
    except SQLAlchemyError as broken:
        return failed(f"it does not answer ({type(broken).__name__})", remedy_of(broken))
    if owner not in (None, node.settings.org):
        return failed(
            f"it is the node of {owner}", "check THROUGHLINE_ORG and THROUGHLINE_INTAKE_DATABASE_URL"
        )
    return WELL


def remedy_of(broken: SQLAlchemyError) -> str:
    """What to do about a database that does not answer."""
    return str(broken) if isinstance(broken, NotUnicode) else "check its address, rights and disk"


def migrations(node: Node) -> Finding:
    """It is of this version."""
    version = _version(node)
    if version == newest_of(PACKAGE):
        return WELL
    if version is not None and version > newest_of(PACKAGE):
        return failed(
            "the database was written by a newer version",
            "start that version, or restore the backup of before",
        )
    return failed("the database is of an older version, or empty", "throughline migrate intake")


def _version(node: Node) -> str | None:
    _ = node.file
    try:
        with closing(Database(node.settings.intake_database_url)) as opened, opened.reading() as tx:
            return version_of(tx.connection)
    except SQLAlchemyError:
        raise NotApplicable("database comes first") from None


def _migrate(node: Node) -> None:
    from shared.migrations import upgrade  # which pages that only look would keep

    upgrade(PACKAGE, node.settings.intake_database_url)


def durability(node: Node) -> Finding:
    """PostgreSQL waits for its disk before it says that something is stored; to SQLite this node says so itself."""
    if path_of(node.settings.intake_database_url) is not None:
        raise NotApplicable("SQLite is told so by the node itself")
    name = node.asked(off_in)
    return of_durability(name) if name else WELL


def off_in(tx: Transaction) -> str | None:
    """What must be on in PostgreSQL, and is not."""
    names = ("fsync", "full_page_writes", "synchronous_commit")
    return next((name for name in names if tx.execute(text(f"SHOW {name}")).scalar() == "off"), None)


def of_durability(name: str) -> Finding:
    """That is off."""
    says = f"{name} is off in PostgreSQL: a power cut would take what was said to be stored"
    return failed(says, f"set {name} to on")


def data_rights(node: Node) -> Finding:
    """Nobody else on this machine reads the file."""
    path = _file(node)
    if path.stat().st_mode & OTHERS:
        return warning(f"others on this machine can read {path}", f"chmod 600 {path}")
    return WELL


def _file(node: Node) -> Path:
    path = node.file
    if path is None:
        raise NotApplicable("there is no file of SQLite")
    return path


def _close(node: Node) -> None:
    _file(node).chmod(0o600)


def disk(node: Node) -> Finding:
    """There is room beside the database."""
    free = shutil.disk_usage(_file(node).parent).free
    says, remedy = (
        f"{free // 1_000_000} MB are free beside the database",
        "make room: a full disk stops the node",
    )
    return failed(says, remedy) if free < TIGHT else warning(says, remedy) if free < LITTLE else WELL


def staff_there(node: Node) -> Finding:
    """Somebody can sign in."""
    if not any(member.active for member in node.asked(staff.list_staff)):
        return warning("nobody can sign in", "throughline user add NAME --role admin --link")
    return WELL


CHECKS = (
    Check("database", database),
    Check("migrations", migrations, _migrate),
    Check("durability", durability),
    Check("data_rights", data_rights, _close),
    Check("disk", disk),
    Check("staff", staff_there),
)
