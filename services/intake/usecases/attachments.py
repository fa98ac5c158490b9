"""Files of a case: take one in, list them, hand one out, remove one. They leave the node in no other way."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.intake.domain import Action, Actor, Attachment, FileKind
from services.intake.domain.attachment import LARGEST_CASE, LARGEST_FILE, MOST_FILES, PICTURES, clean_name
from services.intake.storage import attachments as rows
from services.intake.storage import holds as hold_rows
from services.intake.storage.erasing import forget_log
from services.intake.usecases import audit
from services.intake.usecases.cases import about, find_case, hold_open
from services.intake.usecases.checks import Wrong, checked, text
from services.intake.usecases.file_kinds import kind_of
from services.intake.usecases.refusals import Conflict, Invalid, NotFound
from shared.clock import new_id
from shared.database import Database, Transaction

LONGEST_DESCRIPTION = 500


@dataclass(frozen=True)
class Taken:
    """A file that may be kept: of a kind that is taken, under a clean name, a picture drawn anew."""

    name: str
    kind: FileKind
    content: bytes


def taken(name: str, content: bytes) -> Taken:
    """The file as it is to be kept; it takes time and no database. Raises Invalid with what is wrong with ``file``."""
    try:
        kind, kept = _kept(content)
    except Wrong as wrong:
        raise Invalid({"file": wrong.code}) from None
    return Taken(clean_name(name, kind), kind, kept)


def _kept(content: bytes) -> tuple[FileKind, bytes]:
    if len(content) > LARGEST_FILE:
        raise Wrong("file_too_large")
    kind = kind_of(content)
    if kind not in PICTURES:
        return kind, content
    from services.intake.usecases.pictures import drawn_anew  # noqa: PLC0415 - for the first picture only

    return kind, drawn_anew(content, kind)


def add_attachment(
    database: Database, case_id: UUID, file: Taken, given: Mapping[str, Any], by: Actor
) -> Attachment:
    """Keep the file with the case, with perhaps a ``description``.

    Raises NotFound, Invalid, also where the case has no room for it (``case_full``), or Conflict when the case is
    closed.
    """
    with database.transaction() as tx:
        values = checked(given, {"description": text(LONGEST_DESCRIPTION)})
        case = hold_open(tx, case_id, by)
        number, size = rows.room_taken(tx, case_id)
        if number >= MOST_FILES or size + len(file.content) > LARGEST_CASE:
            raise Invalid({"file": "case_full"})
        known = (new_id(), case.person_id, case_id, tx.at, by.username, len(file.content))
        added = Attachment(*known, name=file.name, kind=file.kind, **values)
        if not rows.add_attachment(tx, added, file.content):
            raise Conflict("erased")
        audit.did(tx, by, Action.FILE_ADDED, about(case))
        return added


def attachments_of(database: Database, case_id: UUID, by: Actor) -> list[Attachment]:
    """The case's files, oldest first. Whoever asks has said that the case is read."""
    with database.reading() as tx:
        return rows.attachments_of(tx, case_id, seen_by=by)


def read_attachment(
    database: Database, case_id: UUID, attachment_id: UUID, by: Actor
) -> tuple[Attachment, bytes]:
    """The file and its bytes, of which is kept who had them; raises NotFound, also for one that is erased."""
    with database.reading() as tx:
        case = find_case(tx, case_id, by)
        file, content = _find(tx, case_id, attachment_id, by)
    if content is None:
        raise NotFound("file_not_found")
    audit.saw(database, by, Action.FILE_READ, about(case))
    return file, content


def _find(tx: Transaction, case_id: UUID, attachment_id: UUID, by: Actor) -> tuple[Attachment, bytes | None]:
    found = rows.find_attachment(tx, case_id, attachment_id, seen_by=by)
    if found is None:
        raise NotFound("file_not_found")
    return found


def remove_attachment(database: Database, case_id: UUID, attachment_id: UUID, by: Actor) -> None:
    """Take the file away for good.

    Raises NotFound, or Conflict when the case is closed or a legal hold is on it (``legal_hold``).
    """
    with database.transaction() as tx:
        case = hold_open(tx, case_id, by)
        _find(tx, case_id, attachment_id, by)
        hold = hold_rows.newest_hold(tx, case_id)
        if hold is not None and hold.holds(tx.at):
            raise Conflict("legal_hold")
        rows.remove_attachment(tx, attachment_id)
        audit.did(tx, by, Action.FILE_REMOVED, about(case))


def forget_removed(database: Database) -> None:
    """What SQLite's log still has of a file that was removed goes, as far as nobody is reading there."""
    forget_log(database)
