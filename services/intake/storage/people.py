"""Queries on people and their consent."""

from uuid import UUID

from sqlalchemy import insert, select

from services.intake.domain import Actor, Consent, Person
from services.intake.storage import cells
from services.intake.storage.need_to_know import visible
from services.intake.storage.rows import PERSON, consent_of, person_of
from services.intake.storage.staff_tables import file_workers
from services.intake.storage.tables import consents, people
from shared.database import Transaction

NOTHING_IN_THE_CLEAR = {"languages": (), "search_key": ""}  #: in columns that must not be null


def add_person(tx: Transaction, person: Person, *, org: str) -> None:
    """Keep a new person; whoever registers them works on their file."""
    known = {"id": person.id, "org": org, "created_at": person.created_at, "created_by": person.created_by}
    tx.execute(
        insert(people), known | NOTHING_IN_THE_CLEAR | cells.of_person(tx.at_rest, person.id, vars(person))
    )
    tx.execute(insert(file_workers).values(person_id=person.id, username=person.created_by))


def find_person(tx: Transaction, person_id: UUID, *, seen_by: Actor, lock: bool = False) -> Person | None:
    """The person; locked, nothing of theirs changes until the transaction ends."""
    query = select(*PERSON).where(people.c.id == person_id, visible(people, seen_by, tx.at))
    row = tx.execute(query.with_for_update() if lock else query).mappings().one_or_none()
    return person_of(tx.at_rest, row) if row else None


def add_consent(tx: Transaction, consent: Consent) -> None:
    """Keep a new version of a person's consent."""
    tx.execute(insert(consents), vars(consent))


def consents_of(tx: Transaction, person_id: UUID, *, seen_by: Actor) -> list[Consent]:
    """Every version of the person's consent, newest first; the first one counts."""
    query = select(consents).join(people).where(people.c.id == person_id, visible(people, seen_by, tx.at))
    return [consent_of(row) for row in tx.execute(query.order_by(consents.c.version.desc())).mappings()]
