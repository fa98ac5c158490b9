"""Finding people whose names lie sealed: exactly by blind index, by parts of words by opening the newest."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, or_, select

from services.intake.domain import Actor, Person
from services.intake.storage import cells
from services.intake.storage.need_to_know import visible
from services.intake.storage.rows import PERSON, person_of
from services.intake.storage.tables import cases, people
from shared.database import Transaction
from shared.rows import among

AT_ONCE = 500  #: people who are read and opened together
LOOKED_THROUGH = 20_000  #: people at most in whose names parts of words are looked for


def search_people(tx: Transaction, words: Sequence[str], *, seen_by: Actor, limit: int) -> list[Person]:
    """People in whose names, alias or case reference every one of the folded words occurs, newest first.

    Whoever has exactly that alias, telephone number or case reference is found however long ago they came; by a
    part of a word the newest 20,000 are.
    """
    found = {person.id: person for person in _exactly(tx, words, seen_by, limit)}
    for person in _newest(tx, words, seen_by, limit):
        if len(found) == limit:
            break
        found[person.id] = person
    return sorted(found.values(), key=lambda person: person.id, reverse=True)


def _exactly(tx: Transaction, words: Sequence[str], seen_by: Actor, limit: int) -> Iterator[Person]:
    if words:
        query = _people(tx, seen_by).where(_is_exactly(tx, " ".join(words)))
        yield from (person_of(tx.at_rest, row) for row in tx.execute(query.limit(limit)).mappings())


def _is_exactly(tx: Transaction, question: str) -> ColumnElement[bool]:
    of_case = select(cases.c.person_id).where(cases.c.reference == question.upper())
    indexed = {
        people.c.alias_index: cells.alias_of(question),
        people.c.phone_index: cells.phone_of(question) if _looks_like_a_number(question) else None,
    }
    same = [c.in_(tx.at_rest.blinds(*asked)) for c, asked in indexed.items() if asked]
    return or_(people.c.id.in_(of_case), *same)


def _looks_like_a_number(question: str) -> bool:
    return not any(letter.isalpha() for letter in question)


def _people(tx: Transaction, seen_by: Actor) -> Select[Any]:
    return select(*PERSON).where(visible(people, seen_by, tx.at)).order_by(people.c.id.desc())


def _newest(tx: Transaction, words: Sequence[str], seen_by: Actor, limit: int) -> Iterator[Person]:
    """Those of the newest who match; without a word, all."""
    query, at_once = _people(tx, seen_by), AT_ONCE if words else limit
    for _ in range(LOOKED_THROUGH // at_once):
        some = [person_of(tx.at_rest, row) for row in tx.execute(query.limit(at_once)).mappings()]
        yield from _matching(tx, some, words)
        if len(some) < at_once:
            return
        query = _people(tx, seen_by).where(people.c.id < some[-1].id)


def _matching(tx: Transaction, some: Sequence[Person], words: Sequence[str]) -> Iterator[Person]:
    references = _references(tx, [person.id for person in some]) if words else {}
    for person in some:
        written = f"{person.search_key}\n{references.get(person.id, '')}"
        if all(word in written for word in words):
            yield person


def _references(tx: Transaction, ids: Sequence[UUID]) -> dict[UUID, str]:
    """The folded references of the cases of each."""
    theirs = among(cases.c.person_id, "ids", sqlite=tx.is_sqlite)
    query = select(cases.c.person_id, cases.c.reference).where(theirs)
    found: dict[UUID, str] = {}
    for row in tx.execute(query, {"ids": list(ids)}):
        found[row.person_id] = f"{found.get(row.person_id, '')}\n{row.reference.lower()}"
    return found
