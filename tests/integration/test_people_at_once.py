"""What must happen once happens once, on both engines, when several ask for it at the same moment."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from threading import Barrier
from typing import Any

import pyotp
import pytest
from sqlalchemy import select

from deploy.composition import open_database, scribe_of
from services.intake.domain import EMERGENCY, Actor, Role
from services.intake.storage import keys, staff_tables, tables
from services.intake.tests.node import CHEAP, HERE, OUR_KEY, OUR_KEYS, THERE, moved_on, offered
from services.intake.usecases.cases import case_page, open_case
from services.intake.usecases.hearing import hear
from services.intake.usecases.moves import MoveOrder, make_move
from services.intake.usecases.need_to_know import open_in_emergency, unreviewed_openings
from services.intake.usecases.people import find_people, person_page, register_person
from services.intake.usecases.referrals import referral_page
from services.intake.usecases.refusals import Conflict, NotFound
from services.intake.usecases.staff import NewStaff, accounts, add_staff
from shared.clock import new_id
from shared.database import Database
from shared.messaging.delivery import Batch
from shared.messaging.message import Message
from shared.migrations import upgrade
from shared.passkeys import PasskeyRefused, Passkeys
from shared.rows import add
from shared.schemas.life import Move
from shared.sealing import KeyRing
from shared.second_factors import STEP, CodeRefused, SecondFactors
from shared.tests.authenticator import Authenticator

AT_ONCE = 6
OLD, NEW = "harbour lamp seven rivers", "tulip anchor forty-two"
OLENA, DARIA = (Actor(name, Role.CASE_WORKER, HERE) for name in ("olena", "daria"))
FOCAL_POINT = Actor("ihar", Role.FOCAL_POINT, HERE)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A migrated node's database with its staff."""
    upgrade("services.intake", database_url)
    scribe = scribe_of("intake", HERE, OUR_KEYS)
    with closing(open_database("intake", database_url, sender=HERE, scribe=scribe)) as database:
        for actor in (OLENA, DARIA, FOCAL_POINT):
            add_staff(database, NewStaff(actor.username, OLD, actor.role, "X"), org=HERE, hasher=CHEAP)
        yield database


@pytest.fixture
def factors(database: Database) -> SecondFactors:
    return SecondFactors(database, staff_tables.second_factors, tables.sign_ins, key="k" * 32)


def all_at_once(do: Callable[[], Any], *refusals: type[Exception]) -> list[Any]:
    """What those are given who are not refused."""
    together = Barrier(AT_ONCE)

    def one(_: int) -> list[Any]:
        together.wait()
        try:
            return [do()]
        except refusals:
            return []

    with ThreadPoolExecutor(AT_ONCE) as threads:
        return [given for found in threads.map(one, range(AT_ONCE)) for given in found]


def sets_up(factors: SecondFactors, database: Database) -> tuple[pyotp.TOTP, list[str]]:
    app = pyotp.TOTP(factors.offer("a token", "olena").secret)
    codes = factors.set_up("a token", "olena", app.at(database.clock()))
    return app, codes


def test_a_code_of_the_app(database: Database, factors: SecondFactors) -> None:
    app, _ = sets_up(factors, database)
    code = app.at(int(database.clock().timestamp()) + STEP)

    assert all_at_once(lambda: factors.check("olena", code), CodeRefused) == [True]


def test_a_recovery_code(database: Database, factors: SecondFactors) -> None:
    _, codes = sets_up(factors, database)

    assert all_at_once(lambda: factors.check("olena", codes[0]), CodeRefused) == [False]


def test_setting_it_up(database: Database, factors: SecondFactors) -> None:
    code = pyotp.TOTP(factors.offer("a token", "olena").secret).at(database.clock())

    [codes] = all_at_once(lambda: factors.set_up("a token", "olena", code), CodeRefused)

    assert factors.recovery_codes_left("olena") == len(codes) == 8


def test_a_recovery_link(database: Database) -> None:
    token = accounts(database).recovery_link("olena") or ""

    used = all_at_once(lambda: accounts(database).recover(token, NEW, CHEAP))

    assert sorted(map(str, used)) == ["None"] * (AT_ONCE - 1) + ["olena"]


def test_an_answer_of_a_passkey(database: Database) -> None:
    passkeys, key = (
        Passkeys(database, staff_tables.second_factors, address="http://localhost"),
        Authenticator(counts=False),
    )
    passkeys.add("a token", "olena", "x", key.makes(passkeys.ask_to_add("a token", "olena")))
    answer = key.signs(passkeys.ask_to_use("a token", "olena"))

    assert all_at_once(lambda: passkeys.use("a token", "olena", answer), PasskeyRefused) == [None]


def test_guesses_at_the_same_moment_are_all_counted(database: Database, factors: SecondFactors) -> None:
    sets_up(factors, database)

    assert all_at_once(lambda: factors.check("olena", "nonsense"), CodeRefused) == []

    with pytest.raises(CodeRefused) as refusal:
        factors.check("olena", "nonsense")
    assert refusal.value.wait > 0


def arrives(database: Database) -> Any:
    referral_id = new_id()
    events = [offered(referral_id), *moved_on(referral_id, THERE, HERE, Move.DELIVER)]
    with database.transaction() as tx:
        add(tx, keys, [{"party": org, "sealing": "of 0.1.0", "version": 0} for org in (HERE, THERE)])
        hear(
            tx, Batch([Message(new_id(), "hub", event) for event in events]), ring=KeyRing(OUR_KEY), org=HERE
        )
    return referral_id


def test_taking_a_referral_that_came_in(database: Database) -> None:
    came, order = arrives(database), MoveOrder(Move.ACCEPT)

    made = all_at_once(lambda: make_move(database, came, order, OLENA), Conflict)

    assert len(made) == 1
    with database.reading() as tx:
        workers = tx.execute(select(staff_tables.referral_workers.c.username)).scalars().all()
    assert workers == ["olena"]
    with pytest.raises(NotFound):
        referral_page(database, came, DARIA)


def test_an_emergency_and_what_is_seen_in_it(database: Database) -> None:
    person = register_person(database, {"alias": "Swallow"}, OLENA)
    case = open_case(database, person.id, OLENA)
    assert find_people(database, case.reference, DARIA) == []

    open_in_emergency(database, case.reference, "She is at the door.", DARIA)

    assert [one.reference for one in unreviewed_openings(database, FOCAL_POINT)] == [case.reference]
    assert person_page(database, person.id, DARIA).person == person
    later = database.clock
    database.clock = lambda: later() + EMERGENCY
    with pytest.raises(NotFound):
        case_page(database, case.id, DARIA)
