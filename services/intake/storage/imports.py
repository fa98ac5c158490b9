"""Queries on what came from other systems: what waits for a person, and what has come in already."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, func, or_, select, update

from services.intake.domain import Actor
from services.intake.storage import cells
from services.intake.storage.interchange_tables import import_sources, imports
from services.intake.storage.need_to_know import visible
from services.intake.storage.tables import people, referrals
from shared.database import Transaction
from shared.rows import add, add_new, among

WAITING, TAKEN, DISMISSED = "waiting", "taken", "dismissed"
NOTHING = {"data_key": None, "sealed": None}
FACTS = ("id", "came_at", "came_by", "state", "person_id", "case_id", "settled_by", "settled_at")


@dataclass(frozen=True)
class Import:
    """What came: ``document`` holds the bundle and what was found in it; nothing once it was erased."""

    id: UUID
    came_at: datetime
    came_by: str
    state: str
    person_id: UUID | None
    case_id: UUID | None
    settled_by: str | None
    settled_at: datetime | None
    document: Mapping[str, Any]


def add_import(
    tx: Transaction, import_id: UUID, document: Mapping[str, Any], state: str, *, by: Actor, **about: UUID
) -> None:
    """Keep what came."""
    known: dict[str, Any] = {"person_id": None, "case_id": None, "settled_by": None, "settled_at": None}
    if state != WAITING:
        known |= {"settled_by": by.username, "settled_at": tx.at}
    facts = {"id": import_id, "org": by.org, "came_at": tx.at, "came_by": by.username, "state": state}
    add(tx, imports, [facts | known | about | cells.of_document(tx.at_rest, import_id, document)])


def set_import(
    tx: Transaction, import_id: UUID, document: Mapping[str, Any], state: str, *, by: Actor, **about: UUID
) -> None:
    """Keep where it stands now, and what was found anew."""
    settled = {} if state == WAITING else {"settled_by": by.username, "settled_at": tx.at}
    sealed = cells.of_document(tx.at_rest, import_id, document)
    values = {"state": state, **about, **settled, **sealed}
    tx.execute(update(imports).where(imports.c.id == import_id).values(**values))


def find_import(tx: Transaction, import_id: UUID, *, seen_by: Actor, lock: bool = False) -> Import | None:
    """It, with its document; locked, nobody settles it meanwhile."""
    query = select(imports).where(imports.c.id == import_id, _is_for(tx, seen_by))
    row = tx.execute(query.with_for_update() if lock else query).mappings().one_or_none()
    return _import(tx, row) if row else None


def _import(tx: Transaction, row: Any) -> Import:
    known = {name: row[name] for name in FACTS}
    return Import(**known, document=cells.document_in(tx.at_rest, row))


def _is_for(tx: Transaction, seen_by: Actor) -> ColumnElement[bool]:
    """A focal point's are all; a case worker's what they brought in, and what became a person's of theirs."""
    if not seen_by.sees_cases:
        return false()
    c, ours = imports.c, imports.c.org == seen_by.org
    theirs = select(people.c.id).where(visible(people, seen_by, tx.at))
    mine = or_(and_(c.came_by == seen_by.username, c.person_id.is_(None)), c.person_id.in_(theirs))
    return ours if seen_by.sees_every_case else and_(ours, mine)


def waiting_imports(tx: Transaction, *, seen_by: Actor) -> list[Import]:
    """Those that wait for a person, newest first."""
    query = (
        select(imports).where(imports.c.state == WAITING, _is_for(tx, seen_by)).order_by(imports.c.id.desc())
    )
    return [_import(tx, row) for row in tx.execute(query).mappings()]


def count_waiting(tx: Transaction, *, seen_by: Actor) -> int:
    """How many wait."""
    query = select(func.count()).select_from(imports)
    return tx.execute(query.where(imports.c.state == WAITING, _is_for(tx, seen_by))).scalar_one()


def imports_of_person(tx: Transaction, person_id: UUID, *, seen_by: Actor) -> list[UUID]:
    """What became this person's case and is still there, newest first."""
    of_them = (imports.c.person_id == person_id, imports.c.sealed.is_not(None), _is_for(tx, seen_by))
    return list(tx.execute(select(imports.c.id).where(*of_them).order_by(imports.c.id.desc())).scalars())


def case_of_source(tx: Transaction, kind: str, source: str) -> UUID | None:
    """The case that has come in under that name already."""
    known = import_sources.c.source.in_(tx.at_rest.blinds(kind, source))
    return tx.execute(select(import_sources.c.case_id).where(known)).scalar()


def claim_source(tx: Transaction, kind: str, source: str, case_id: UUID) -> bool:
    """Whether it comes in for the first time; another that comes in meanwhile waits here."""
    row = {"source": tx.at_rest.blind(kind, source), "case_id": case_id, "came_at": tx.at}
    return bool(add_new(tx, import_sources, [row]))


def is_referral_here(tx: Transaction, referral_id: UUID) -> bool:
    """Whether this node has the referral, whoever may see it."""
    return tx.execute(select(referrals.c.id).where(referrals.c.id == referral_id)).first() is not None


def forget_documents(tx: Transaction, case_ids: Collection[UUID]) -> None:
    """What these cases came as goes with them."""
    theirs = among(imports.c.case_id, "ids", sqlite=tx.is_sqlite)
    tx.execute(update(imports).where(theirs).values(**NOTHING), {"ids": list(case_ids)})


def forget_dismissed(tx: Transaction, before: datetime) -> int:
    """What nobody wanted goes as long after it was dismissed; says how many."""
    c = imports.c
    due = and_(c.state == DISMISSED, c.settled_at < before, c.sealed.is_not(None))
    return int(tx.execute(update(imports).where(due).values(**NOTHING)).rowcount)
