"""Queries on the files of cases. What is taken away leaves no trace in SQLite's file, not even sealed."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, delete, func, insert, select, text, update

from services.intake.domain import Actor, Attachment, FileKind
from services.intake.storage import cells
from services.intake.storage.attachment_tables import attachments
from services.intake.storage.need_to_know import visible
from services.intake.storage.tables import people
from shared.database import Transaction
from shared.rows import among

SEALED = ("name", "kind", "description", "size")  #: size, too: it says where the bytes end
KNOWN = ("id", "person_id", "case_id", "at", "by", "size")


def add_attachment(tx: Transaction, file: Attachment, content: bytes) -> bool:
    """Keep it; of somebody whose data key is gone nothing is kept. Says whether."""
    data_key = tx.execute(select(people.c.data_key).where(people.c.id == file.person_id)).scalar()
    if data_key is None:
        return False
    known = {name: getattr(file, name) for name in SEALED}
    sealed = cells.of_attachment(tx.at_rest, data_key, (file.person_id, file.id), known, content)
    tx.execute(insert(attachments), {name: getattr(file, name) for name in KNOWN} | sealed)
    return True


def attachments_of(tx: Transaction, case_id: UUID, *, seen_by: Actor) -> list[Attachment]:
    """The case's files, oldest first, without their bytes."""
    query = _query(tx, seen_by).where(attachments.c.case_id == case_id).order_by(attachments.c.id)
    return [_attachment(tx, row)[0] for row in tx.execute(query).mappings()]


def find_attachment(
    tx: Transaction, case_id: UUID, id_: UUID, *, seen_by: Actor
) -> tuple[Attachment, bytes | None] | None:
    """The file of that case with its bytes, or None for these where they are erased or cannot be opened."""
    c = attachments.c
    query = _query(tx, seen_by, c.content).where(c.case_id == case_id, c.id == id_)
    row = tx.execute(query).mappings().one_or_none()
    if row is None:
        return None
    file, size = _attachment(tx, row)
    return file, None if file.missing else cells.bytes_in(tx.at_rest, row, size)


def _query(tx: Transaction, seen_by: Actor, *more: Any) -> Select[Any]:
    columns = [attachments.c[name] for name in (*KNOWN, "sealed")]
    query = select(*columns, *more, people.c.data_key).select_from(attachments).join(people)
    return query.where(visible(people, seen_by, tx.at))


def _attachment(tx: Transaction, row: Any) -> tuple[Attachment, int]:
    """The file, and how many bytes it had when it was sealed."""
    said, missing = cells.attachment_in(tx.at_rest, row)
    known = {name: row[name] for name in KNOWN}
    if missing:
        return Attachment(**known, missing=missing), 0
    return Attachment(**known | said | {"kind": FileKind(said["kind"])}), said["size"]


def room_taken(tx: Transaction, case_id: UUID) -> tuple[int, int]:
    """How many files the case has, and of how many bytes; whoever adds one holds its person."""
    c = attachments.c
    query = select(func.count(), func.coalesce(func.sum(c.size), 0)).select_from(attachments)
    number, size = tx.execute(query.where(c.case_id == case_id)).one()
    return number, size


def remove_attachment(tx: Transaction, id_: UUID) -> None:
    """It is gone."""
    with _overwriting(tx):
        tx.execute(delete(attachments).where(attachments.c.id == id_))


def forget_attachments(tx: Transaction, case_ids: Collection[UUID]) -> None:
    """What lies with these cases is gone; that it did, since when and how much it was, stays."""
    of_case = among(attachments.c.case_id, "case_ids", sqlite=tx.is_sqlite)
    these = update(attachments).where(and_(attachments.c.sealed.is_not(None), of_case))
    with _overwriting(tx):
        tx.execute(these.values(sealed=None, content=None), {"case_ids": list(case_ids)})


@contextmanager
def _overwriting(tx: Transaction) -> Iterator[None]:
    """Meanwhile SQLite writes over what it frees: the person's data key may live on, and would open it."""
    if tx.is_sqlite:
        tx.execute(text("PRAGMA secure_delete=ON"))
    yield
    if tx.is_sqlite:
        tx.execute(text("PRAGMA secure_delete=FAST"))
