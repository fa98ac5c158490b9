"""Who may see what: the one condition on every query about people, and the queries that change it.

A person's file is one: the person, consent, cases, needs, and what was sent for them.
"""

from collections.abc import Collection
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Table,
    and_,
    delete,
    exists,
    false,
    func,
    insert,
    or_,
    select,
    union_all,
    update,
)

from services.intake.domain import Actor, Direction, Opening
from services.intake.storage import cells
from services.intake.storage.deputies import is_or_stands_in, stands_in
from services.intake.storage.staff_tables import deputies, file_workers, openings, referral_workers
from services.intake.storage.tables import cases, people, referrals
from shared.database import Transaction
from shared.rows import insert_into

_PERSON = {people: people.c.id, cases: cases.c.person_id, referrals: referrals.c.person_id}
WORDS = ("reference", "reason")  #: of an opening, which lie sealed


def visible(table: Table, seen_by: Actor, at: datetime) -> ColumnElement[bool]:
    """Of people, cases or referrals: what is not for this actor at that moment is as if it were not there."""
    if not seen_by.sees_cases:
        return false()
    ours = table.c.org == seen_by.org
    return ours if seen_by.sees_every_case else and_(ours, _is_known_to(table, seen_by.username, at))


@lru_cache(maxsize=64)
def _is_known_to(table: Table, username: str, at: datetime) -> ColumnElement[bool]:
    known = _known_people(username, at).cte()  # looked up once, in however many parts of a query it stands
    of_known_people = _PERSON[table].in_(select(known.c.person_id))
    return or_(_came_to(username, at), of_known_people) if table is referrals else of_known_people


def _known_people(username: str, at: datetime) -> CompoundSelect[tuple[UUID]]:
    """One index answers it; a list of user names would make SQLite read through everybody's files."""
    c = file_workers.c
    of_somebody = select(c.person_id).where(in_force(file_workers, at))
    of_the_absent = of_somebody.join(deputies, deputies.c.username == c.username)
    return union_all(of_somebody.where(c.username == username), of_the_absent.where(stands_in(username, at)))


def _came_to(username: str, at: datetime) -> ColumnElement[bool]:
    c = referral_workers.c
    of_it = c.referral_id == referrals.c.id
    is_taken = exists().where(of_it, c.until.is_(None))
    is_mine = exists().where(of_it, is_or_stands_in(c.username, username, at), in_force(referral_workers, at))
    is_of_a_referral = or_(referrals.c.direction == Direction.IN, referrals.c.parent_id.is_not(None))
    return and_(is_of_a_referral, or_(~is_taken, is_mine))


def in_force(table: Table, at: datetime) -> ColumnElement[bool]:
    """It has no end, or the end has not come."""
    return or_(table.c.until.is_(None), table.c.until > at)


def file_team(tx: Transaction, person_id: UUID) -> list[str]:
    """Who works on the person's file, by user name."""
    c = file_workers.c
    query = select(c.username).where(c.person_id == person_id, c.until.is_(None)).order_by(c.username)
    return list(tx.execute(query).scalars())


def referral_team(tx: Transaction, referral_id: UUID) -> list[str]:
    """Who works on a referral that came in, by user name; nobody: it is everybody's."""
    c = referral_workers.c
    query = select(c.username).where(c.referral_id == referral_id, c.until.is_(None)).order_by(c.username)
    return list(tx.execute(query).scalars())


def set_file_team(tx: Transaction, person_id: UUID, usernames: Collection[str]) -> None:
    """These and no others work on the person's file, and no emergency goes on."""
    tx.execute(delete(file_workers).where(file_workers.c.person_id == person_id))
    for username in sorted(usernames):
        tx.execute(insert(file_workers).values(person_id=person_id, username=username))


def set_referral_team(tx: Transaction, referral_id: UUID, usernames: Collection[str]) -> None:
    """These and no others work on a referral that came in, and no emergency goes on."""
    tx.execute(delete(referral_workers).where(referral_workers.c.referral_id == referral_id))
    for username in sorted(usernames):
        tx.execute(insert(referral_workers).values(referral_id=referral_id, username=username))


def take_referral(tx: Transaction, referral_id: UUID, username: str) -> None:
    """Whoever deals with a referral that nobody works on works on it from now on."""
    if not referral_team(tx, referral_id):
        _let_in(tx, referral_workers, {"referral_id": referral_id, "username": username}, until=None)


def files_of_reference(tx: Transaction, reference: str, org: str) -> list[UUID]:
    """The person whose case of ours has that reference, whoever works on it."""
    query = select(cases.c.person_id).where(cases.c.reference == reference, cases.c.org == org)
    return list(tx.execute(query).scalars())


def arrivals_of_reference(tx: Transaction, reference: str, org: str) -> list[UUID]:
    """The referrals to us that came with that reference, newest first, whoever works on them."""
    c, asked = referrals.c, cells.reference_of(reference)
    same = c.reference_index.in_(tx.at_rest.blinds(*asked)) if asked else false()
    came = and_(same, c.org == org, c.direction == Direction.IN)
    return list(tx.execute(select(c.id).where(came).order_by(c.id.desc())).scalars())


def open_files(tx: Transaction, username: str, ids: Collection[UUID], *, until: datetime) -> None:
    """Show these people's files to somebody until then."""
    for person_id in ids:
        _let_in(tx, file_workers, {"person_id": person_id, "username": username}, until=until)


def open_referrals(tx: Transaction, username: str, ids: Collection[UUID], *, until: datetime) -> None:
    """Show these referrals to somebody until then."""
    for referral_id in ids:
        _let_in(tx, referral_workers, {"referral_id": referral_id, "username": username}, until=until)


def _let_in(tx: Transaction, table: Table, who: dict[str, object], *, until: datetime | None) -> None:
    put = insert_into(tx, table).values(**who, until=until)
    tx.execute(put.on_conflict_do_update(index_elements=list(who), set_={"until": until}))


def open_until(tx: Transaction, table: Table, about: UUID, username: str) -> datetime | None:
    """The end of the emergency in which somebody sees a file or a referral; None for one who works on it."""
    of_it = next(iter(table.primary_key)) == about
    query = select(table.c.until).where(of_it, table.c.username == username)
    return tx.execute(query).scalar_one_or_none()


def add_opening(tx: Transaction, opening: Opening, *, org: str) -> None:
    """Keep that something was opened; nobody ever changes it but to say that it was reviewed."""
    words = {name: getattr(opening, name) for name in WORDS}
    known = {name: value for name, value in vars(opening).items() if name not in WORDS}
    sealed = cells.of_words(tx.at_rest, "openings", opening.id, words)
    tx.execute(insert(openings), known | {"org": org, "sealed": sealed})


def _waits_for(org: str) -> ColumnElement[bool]:
    return and_(openings.c.org == org, openings.c.reviewed_at.is_(None))


def unreviewed(tx: Transaction, org: str) -> list[Opening]:
    """What was opened at the organisation and no focal point has looked into, newest first."""
    c = openings.c
    query = select(openings).where(_waits_for(org)).order_by(c.id.desc())
    return [_opening(tx, row) for row in tx.execute(query).mappings()]


def _opening(tx: Transaction, row: Any) -> Opening:
    words = dict.fromkeys(WORDS, "") | cells.words_in(tx.at_rest, "openings", row["id"], row["sealed"])
    return Opening(**{name: row[name] for name in Opening.__dataclass_fields__ if name not in WORDS} | words)


def count_unreviewed(tx: Transaction, org: str) -> int:
    """How many of these there are."""
    query = select(func.count()).select_from(openings).where(_waits_for(org))
    return tx.execute(query).scalar_one()


def set_reviewed(tx: Transaction, opening_id: UUID, *, by: Actor) -> bool:
    """A focal point has looked into it; says whether there was anything to look into."""
    waits = and_(openings.c.id == opening_id, _waits_for(by.org))
    done = tx.execute(update(openings).where(waits).values(reviewed_by=by.username, reviewed_at=tx.at))
    return bool(done.rowcount)
