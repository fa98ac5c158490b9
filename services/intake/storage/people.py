"""Queries on people and their consent."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, func, insert, select

from services.intake.domain import Actor, Consent, Person
from services.intake.storage.need_to_know import visible
from services.intake.storage.rows import consent_of, person_of
from services.intake.storage.staff_tables import file_workers
from services.intake.storage.tables import cases, consents, people
from shared.database import Transaction


def add_person(tx: Transaction, person: Person, *, org: str) -> None:
    """Keep a new person; whoever registers them works on their file."""
    tx.execute(insert(people), vars(person) | {"org": org, "search_key": person.search_key})
    tx.execute(insert(file_workers).values(person_id=person.id, username=person.created_by))


def find_person(tx: Transaction, person_id: UUID, *, seen_by: Actor, lock: bool = False) -> Person | None:
    """The person; locked, nothing of theirs changes until the transaction ends."""
    query = select(people).where(people.c.id == person_id, visible(people, seen_by, tx.at))
    row = tx.execute(query.with_for_update() if lock else query).mappings().one_or_none()
    return person_of(row) if row else None


def search_people(tx: Transaction, words: Sequence[str], *, seen_by: Actor, limit: int) -> list[Person]:
    """People in whose names, alias or case reference every one of the folded words occurs, newest first."""
    query = select(people).where(visible(people, seen_by, tx.at), *(_mentions(word) for word in words))
    rows = tx.execute(query.order_by(people.c.id.desc()).limit(limit)).mappings()
    return [person_of(row) for row in rows]


def _mentions(word: str) -> ColumnElement[bool]:
    reference = func.lower(cases.c.reference).contains(word, autoescape=True)
    of_case = select(cases.c.id).where(cases.c.person_id == people.c.id, reference).exists()
    return people.c.search_key.contains(word, autoescape=True) | of_case


def add_consent(tx: Transaction, consent: Consent, *, by: Actor) -> None:
    """Keep a new version of a person's consent."""
    tx.execute(insert(consents), vars(consent) | {"recorded_by": by.username})


def consents_of(tx: Transaction, person_id: UUID, *, seen_by: Actor) -> list[Consent]:
    """Every version of the person's consent, newest first; the first one counts."""
    query = select(consents).join(people).where(people.c.id == person_id, visible(people, seen_by, tx.at))
    return [consent_of(row) for row in tx.execute(query.order_by(consents.c.version.desc())).mappings()]
