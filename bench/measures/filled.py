"""A node with years of work behind it: rows put in by the thousand, sealed as they would be, and nobody's use case."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Table, insert, text

from services.intake.domain import Action, Direction, Role
from services.intake.storage import cells
from services.intake.storage.audit_tables import entries
from services.intake.storage.sheet_tables import sheets
from services.intake.storage.staff_tables import file_workers
from services.intake.storage.tables import cases, moves, partners, people, referrals
from services.intake.usecases.staff import NewStaff, add_staff
from shared.at_rest import StorageKeys
from shared.clock import new_id
from shared.database import Database
from shared.passwords import Hasher
from shared.schemas.life import Move, State

HERE, THERE = "harbour-house", "legal-aid"
WORKER, FOCAL_POINT, PASSWORD = "olena", "ihar", "seven quiet lanterns"
CASE_WORKERS = 10  #: who share the people evenly; the first is the one who asks
EACH = 5  #: referrals a person
AT_ONCE = 5_000  #: rows a statement
HISTORY = (Move.SEND, Move.DELIVER, Move.ACCEPT)
STATES = {Move.SEND: State.SENT, Move.DELIVER: State.DELIVERED, Move.ACCEPT: State.ACCEPTED}
SHEETS, SENT, LOOKS = 100, 100, 200  #: of the one person whose file is long

Row = dict[str, Any]


def fill(database: Database, keys: StorageKeys, hasher: Hasher, count: int, at: datetime) -> UUID:
    """So many referrals, half of them to us, one in 25 not over; returns a person with a file of 200 entries."""
    for name, role in ((WORKER, Role.CASE_WORKER), (FOCAL_POINT, Role.FOCAL_POINT)):
        add_staff(database, NewStaff(name, PASSWORD, role, name.title()), org=HERE, hasher=hasher)
    put(database, partners, [{"org": THERE, "name": "Legal Aid", "public_key": None}])
    known = [new_id() for _ in range(max(1, count // EACH) + 1)]
    long_file, theirs = known[0], {person: new_id() for person in known}
    put(database, people, (_person(keys, person, at) for person in known))
    put(database, file_workers, (_works_on(number, person) for number, person in enumerate(known)))
    put(database, cases, (_case(number, person, theirs[person], at) for number, person in enumerate(known)))
    cases_of = list(theirs.items())
    sent = [_referral(keys, number, cases_of[1 + number // EACH], at) for number in range(count)]
    sent += [_referral(keys, 2 * number, cases_of[0], at) for number in range(SENT)]
    put(database, referrals, sent)
    put(database, moves, (line for row in sent for line in _history(row)))
    put(database, sheets, _sheets(database, keys, long_file, theirs[long_file], at))
    put(database, entries, (_look(long_file, number, at) for number in range(LOOKS)))
    with database.transaction() as tx:
        tx.execute(text("ANALYZE"))
    return long_file


def put(database: Database, table: Table, rows: Sequence[Row] | Iterator[Row]) -> None:
    """INSERT them, some thousands in a statement."""
    waiting = list(rows)
    with database.transaction() as tx:
        for first in range(0, len(waiting), AT_ONCE):
            tx.execute(insert(table), waiting[first : first + AT_ONCE])


def _person(keys: StorageKeys, person: UUID, at: datetime) -> Row:
    known = {"alias": f"Sample {person.hex[-6:]}", "age_band": "24--26", "gender": "Woman"}
    plain: Mapping[str, Any] = {"id": person, "org": HERE, "languages": [], "search_key": ""}
    return {**plain, **cells.of_person(keys, person, known), "created_at": at, "created_by": WORKER}


def _works_on(number: int, person: UUID) -> Row:
    return {
        "person_id": person,
        "username": WORKER if number % CASE_WORKERS == 0 else f"worker-{number % 10}",
    }


def _case(number: int, person: UUID, case: UUID, at: datetime) -> Row:
    reference = f"{number:08d}"
    known = {"id": case, "org": HERE, "person_id": person, "reference": f"{reference[:4]}-{reference[4:]}"}
    return known | {"status": "open", "exploitation": [], "opened_at": at, "opened_by": WORKER}


def _referral(keys: StorageKeys, number: int, of: tuple[UUID, UUID], at: datetime) -> Row:
    person, case = of
    id_, came, is_over = new_id(), number % 2 == 1, number % 50 > 1
    state = State.COMPLETED if is_over else (State.DELIVERED, State.ACCEPTED)[number // 50 % 2]
    direction = Direction.IN if came else Direction.OUT
    content = {"alias": "Sample", "reason": "Needs advice on papers.", "case_reference": f"A{number}"}
    sent_at = at - timedelta(days=number % 700)
    flags = dict.fromkeys(("unconfirmed", "overdue_acknowledgement", "refused"), False)
    return flags | {
        "id": id_,
        "org": HERE,
        "direction": direction,
        "other_org": THERE,
        "case_id": None if came else case,
        "person_id": None if came else person,
        "service_type": "legal_assistance",
        "urgency": "normal",
        "sent_at": sent_at,
        "said_at": sent_at + timedelta(minutes=len(HISTORY)),
        "acknowledge_by": sent_at + timedelta(hours=72),
        "reply_by": sent_at + timedelta(days=7),
        "number": len(HISTORY),
        "state": state,
        "shown_state": state,
        "overdue_reply": not is_over and number % 3 == 0,
        "unseen": not is_over and number % 4 == 0,
        "asked": 0,
        **cells.of_content(keys, id_, direction, content),
    }


def _history(referral: Row) -> Iterator[Row]:
    for number, move in enumerate(HISTORY, 1):
        made_at = referral["sent_at"] + timedelta(minutes=number)
        known = {"referral_id": referral["id"], "move_id": new_id(), "position": number, "number": number}
        of_it = {"move": move, "state": STATES[move], "by_org": THERE, "made_at": made_at}
        yield known | of_it | {"recorded_at": made_at}


def _sheets(database: Database, keys: StorageKeys, person: UUID, case: UUID, at: datetime) -> Iterator[Row]:
    with database.reading() as tx:
        data_key = tx.execute(people.select().where(people.c.id == person)).one().data_key
    for number in range(SHEETS):
        id_ = new_id()
        content = {"service_type": "food", "how": "own_service", "given_by": "Ihar", "note": "A note. " * 20}
        yield {
            "id": id_,
            "person_id": person,
            "case_id": case,
            "kind": "service",
            "at": at - timedelta(days=number),
            "by": WORKER,
            "sealed": cells.of_sheet(keys, data_key, person, id_, content),
        }


def _look(person: UUID, number: int, at: datetime) -> Row:
    known = {"id": new_id(), "at": at - timedelta(hours=number), "username": WORKER, "via": "page"}
    return known | {"action": Action.PERSON_READ, "person_id": person}


BEGINNING = datetime(2026, 3, 2, 9, tzinfo=UTC)  #: the node's clock stands there
