"""What somebody wrote is not lost when they leave or their session ends: it waits, sealed, until they are back."""

from datetime import datetime

from services.intake.storage import kept_forms as rows
from services.intake.storage.kept_forms import Fields
from shared.database import Database


def keep_form(database: Database, username: str, path: str, fields: Fields) -> bool:
    """Keep what was written at that address for a day; says whether."""
    if len(path.encode()) > rows.PATH_BYTES:
        return False
    with database.transaction() as tx:
        rows.keep(tx, username, path, fields)
    return True


def kept_form(database: Database, username: str, path: str) -> Fields | None:
    """What waits there for this person, and for nobody else."""
    with database.reading() as tx:
        return rows.find(tx, username, path)


def forget_form(database: Database, username: str, path: str) -> None:
    """It was stored, or is not wanted."""
    with database.transaction() as tx:
        rows.forget(tx, username, path)


def begun(database: Database, username: str) -> list[tuple[str, datetime]]:
    """At which addresses something waits for this person, and since when; the newest first."""
    with database.reading() as tx:
        return rows.list_of(tx, username)


def forget_old_forms(database: Database) -> None:
    """What nobody came back for within a day."""
    with database.transaction() as tx:
        rows.forget_old(tx)
