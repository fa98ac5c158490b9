"""A node for tests: the use cases on a real database, what it said, and what the hub says to it."""

import base64
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import orjson
from argon2 import PasswordHasher
from sqlalchemy import Table, event, select

from services.intake import storage
from services.intake.domain import Actor, Case, Person, Referral, Role
from services.intake.storage.tables import moves, referrals
from services.intake.tests.founded import founded, published
from services.intake.tests.said import Said
from services.intake.usecases.cases import add_need, open_case
from services.intake.usecases.consent import record_consent
from services.intake.usecases.hearing import hear
from services.intake.usecases.people import find_people, register_person
from services.intake.usecases.referrals import ReferralFile, ReferralOrder, referral_page, send_referral
from shared.at_rest import StorageKeys
from shared.clock import new_id
from shared.database import Database
from shared.messaging.delivery import Batch
from shared.messaging.keybook import KeyBook
from shared.messaging.message import Incoming, Message, open_message
from shared.messaging.outbox import Outbox
from shared.messaging.scribe import Scribe
from shared.schemas import Event
from shared.schemas.intake import Service
from shared.schemas.life import Move, Party, State, step
from shared.schemas.referral import DirectoryPublished, Moved, Offered, Organisation
from shared.sealing import KeyRing, Letter, OwnKeys, PrivateKey, seal
from shared.testing.outboxes import events_in, letters_beside

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HERE, THERE, KEYLESS = "harbour-house", "legal-aid", "clinic"
WORKER = Actor("olena", Role.CASE_WORKER, HERE)
FOCAL_POINT = Actor("ihar", Role.FOCAL_POINT, HERE)
COLLEAGUE = Actor("daria", Role.CASE_WORKER, HERE)
ADMIN = Actor("root", Role.ADMIN, HERE)
AUDITOR = Actor("vera", Role.AUDITOR, HERE)
STRANGER = Actor("olena", Role.CASE_WORKER, THERE)
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
OUR_KEYS, THEIR_KEYS, HUB_KEYS = OwnKeys.generate(), OwnKeys.generate(), OwnKeys.generate()
NETWORK = founded({HERE: OUR_KEYS, THERE: THEIR_KEYS, "hub": HUB_KEYS}, START)
OUR_KEY, THEIR_KEY = OUR_KEYS.sealing[0], THEIR_KEYS.sealing[0]
AT_REST = StorageKeys(OUR_KEYS.storage)
TICKED = ("given_name", "phone")
SAFE_HOUSE = Service(
    service_id=UUID("018f0000-0000-7000-8000-000000000001"),
    name="Safe house",
    service_type="safe_accommodation",
    status="open",
    areas=["Hrodna"],
    languages=["rus", "ukr"],
    minimum_age=18,
    maximum_age=None,
    genders=None,
)


def make_database(folder: Path) -> Database:
    """An empty node's database, made once for many tests: a new engine would learn every statement anew."""
    scribe = Scribe(HERE, OUR_KEYS, KeyBook(HERE, storage.keys, NETWORK.roots))
    outbox = Outbox(storage.outbox, sender=HERE, scribe=scribe)
    database = Database(f"sqlite:///{folder / 'node.db'}", outbox=outbox, at_rest=AT_REST)
    event.listen(database.engine, "connect", _hurry)
    storage.metadata.create_all(database.engine)
    return database


def _hurry(connection: Any, _record: Any) -> None:
    """No test here cuts the power."""
    connection.execute("PRAGMA synchronous=OFF").close()


class Node:
    """Time stands still until it is told to pass."""

    def __init__(self, database: Database) -> None:
        self.at = START
        self.database = database
        self.database.clock = lambda: self.at
        with database.transaction() as tx:
            for table in reversed(storage.metadata.sorted_tables):
                tx.execute(table.delete())
        self.hears(directory())
        self.hears_of_signing(START + timedelta(days=1_000))

    def hears_of_signing(self, at: datetime) -> None:
        """When others of version 0.1.0 were admitted: what they said before is believed in its form."""
        with self.database.transaction() as tx:
            tx.execute(storage.keys.update().values(since=at))

    def pass_time(self, **time: float) -> None:
        self.at += timedelta(**time)

    def hears(self, *events: Event, repeated: tuple[Event, ...] = (), sender: str = "hub") -> None:
        batch = Batch([_message(e, sender) for e in events], [_message(e, sender) for e in repeated])
        with self.database.transaction() as tx:
            hear(tx, batch, ring=KeyRing(OUR_KEY), org=HERE)

    def hears_letters(self, *said: tuple[Event, Letter | None]) -> None:
        """Events of the hub, each with the letter that it encloses."""
        batch = Batch([_message(e, "hub", letter) for e, letter in said])
        with self.database.transaction() as tx:
            hear(tx, batch, ring=KeyRing(OUR_KEY), org=HERE)

    def said(self, kind: type[Event] | None = None) -> list[Said]:
        """All that is in the outbox, oldest first."""
        with self.database.reading() as tx:
            rows = tx.execute(select(storage.outbox).order_by(storage.outbox.c.message_id)).all()
        said = [
            Said(r.routing_key, message.event, r.awaits, letters_beside(r.body), message.id)
            for r in rows
            for message in (_opened(r.routing_key, event) for event in events_in(r.body))
        ]
        return [one for one in said if kind is None or isinstance(one.event, kind)]

    def awaited(self) -> set[str]:
        return {said.awaits for said in self.said() if said.awaits}

    def rows(self, table: Table) -> list[Any]:
        with self.database.reading() as tx:
            return list(tx.execute(select(table)).mappings())

    def people(self) -> list[Person]:
        """The newest, as they are read."""
        return find_people(self.database, "", FOCAL_POINT)

    def registers(self, **fields: Any) -> Person:
        given = {
            "given_name": "Sample",
            "family_name": "Person",
            "phone": "+000 00 000",
            "address": "Nowhere 1",
        }
        return register_person(self.database, given | fields, WORKER)

    def has_consent(self, person: Person, **given: Any) -> None:
        scope = {
            "given_by": "individual",
            "purposes": ["referral"],
            "organisations": [THERE],
            "fields": TICKED,
        }
        record_consent(self.database, person.id, scope | given, WORKER)

    def has_case(self, **fields: Any) -> tuple[Person, Case]:
        """A person with consent to refer to the one organisation, and an open case."""
        person = self.registers(**fields)
        self.has_consent(person)
        return person, open_case(self.database, person.id, WORKER)

    def sends(self, case: Case | None = None, **changes: Any) -> Referral:
        chosen = case or self.has_case()[1]
        need = add_need(self.database, chosen.id, "legal_assistance", "high", WORKER)
        return send_referral(self.database, order(chosen, need_id=need.id, **changes), WORKER)

    def page(self, referral_id: UUID) -> ReferralFile:
        return referral_page(self.database, referral_id, WORKER)

    def received(self, **content: Any) -> UUID:
        """A referral to us, delivered and confirmed as such."""
        referral_id = new_id()
        self.hears(offered(referral_id, **content))
        self.hears(*moved_on(referral_id, THERE, HERE, Move.DELIVER))
        return referral_id

    def table_of_moves(self, referral_id: UUID) -> list[Any]:
        mine = (row for row in self.rows(moves) if row["referral_id"] == referral_id)
        return sorted(mine, key=lambda row: row["position"])

    def row(self, referral_id: UUID) -> Any:
        [row] = [row for row in self.rows(referrals) if row["id"] == referral_id]
        return row


def _message(said: Event, sender: str, letter: Letter | None = None) -> Message:
    return Message(new_id(), sender, said, beside={letter.hash: letter} if letter else {})


def _opened(key: str, body: bytes) -> Message:
    return open_message(Incoming(None, key, body))


def order(case: Case, **changes: Any) -> ReferralOrder:
    """An order that nothing is wrong with, but for the changes."""
    given: dict[str, Any] = {
        "case_id": case.id,
        "to_org": THERE,
        "service_type": "legal_assistance",
        "urgency": "urgent",
        "reason": "Needs a lawyer before the hearing.",
        "fields": TICKED,
        "safe_contact": "phone",
    }
    return ReferralOrder(**given | changes)


def directory(version: int = 1, previous: str = "", *, name: str = "Legal Aid") -> DirectoryPublished:
    """Us, a partner, and one without a key."""
    partners = [
        partner(HERE, "Harbour House", OUR_KEYS, []),
        partner(THERE, name, THEIR_KEYS, [SAFE_HOUSE]),
        Organisation(org=KEYLESS, name="Clinic", public_key=None, services=[]),
    ]
    return DirectoryPublished(
        directory_version=version, previous=previous, organisations=partners, register=published(NETWORK)
    )


def partner(org: str, name: str, keys: OwnKeys, services: list[Service]) -> Organisation:
    """An organisation with a node."""
    public = keys.public
    return Organisation(
        org=org, name=name, public_key=public.sealing, signing_key=public.signing, services=services
    )


def offered(referral_id: UUID, *, key: PrivateKey = OUR_KEY, **content: Any) -> Offered:
    """A referral from the partner, sealed to us, as version 0.1.0 said it."""
    said = {"given_name": "Sample", "reason": "Needs a bed.", "safe_contact": "phone", "case_reference": "AB"}
    context = f"person:{referral_id}".encode()
    return Offered(
        referral_id=referral_id,
        from_org=THERE,
        service_type="safe_accommodation",
        urgency="emergency",
        sent_at=START,
        acknowledge_by=START + timedelta(hours=1),
        reply_by=START + timedelta(hours=24),
        sealed_person=in_text(seal(orjson.dumps(said | content), to=key.public, context=context)),
    )


def in_text(sealed: bytes) -> str:
    """As version 0.1.0 carried what is sealed."""
    return base64.b64encode(sealed).decode()


def moved_on(
    referral_id: UUID,
    sender: str,
    receiver: str,
    *steps: Move,
    move_ids: dict[Move, UUID] | None = None,
    notes: dict[Move, str] | None = None,
) -> list[Moved]:
    """The hub's events of a referral's whole life: the sending, then each step in turn, numbered."""
    state, said = State.SENT, [_moved(referral_id, sender, receiver, 1, Move.SEND, State.SENT)]
    for number, move in enumerate(steps, 2):
        by = next(party for party in Party if _may(state, move, party))
        state = step(state, move, by)
        whose = sender if by is Party.SENDER else receiver
        id_ = (move_ids or {}).get(move) or uuid5(referral_id, f"{number}")
        note = (notes or {}).get(move)
        said.append(_moved(referral_id, sender, receiver, number, move, state, whose, id_, note))
    return said


def _may(state: State, move: Move, party: Party) -> bool:
    try:
        return bool(step(state, move, party))
    except Exception:  # noqa: BLE001 - whatever the table says no with
        return False


def _moved(
    referral_id: UUID,
    sender: str,
    receiver: str,
    number: int,
    move: Move,
    state: State,
    by_org: str | None = None,
    move_id: UUID | None = None,
    note: str | None = None,
) -> Moved:
    return Moved(
        referral_id=referral_id,
        from_org=sender,
        to_org=receiver,
        service_type="legal_assistance",
        urgency="urgent",
        acknowledge_by=START + timedelta(hours=8),
        reply_by=START + timedelta(hours=72),
        number=number,
        move_id=move_id or new_id(),
        move=move,
        state=state,
        by_org=by_org or sender,
        made_at=START,
        recorded_at=START,
        sealed_note=note,
        reason=None,
    )
