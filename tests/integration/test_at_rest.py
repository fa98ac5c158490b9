"""A node's database on both engines: nothing personal is readable in it, and what was in the clear is sealed."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, select, text, update

from deploy.composition import open_database, scribe_of
from services.intake.storage.staff_tables import file_workers
from services.intake.storage.tables import idempotency_keys, moves, people, referrals
from services.intake.tests.node import CHEAP, FOCAL_POINT, HERE, NETWORK, THERE, WORKER, Node, moved_on
from services.intake.tests.test_erasing import a_closed_case
from services.intake.usecases.at_rest import accept_key, seal_what_is_in_the_clear
from services.intake.usecases.erasing import Erasure, erase_case, erase_what_is_due
from services.intake.usecases.holds import ask_for_hold, ask_to_lift, confirm_hold, confirm_lift
from services.intake.usecases.idempotency import Answer, answer_once
from services.intake.usecases.moves import MoveOrder, make_move
from services.intake.usecases.people import find_people, person_page
from services.intake.usecases.refusals import Conflict
from services.intake.usecases.staff import NewStaff, add_staff
from shared.clock import new_id
from shared.database import Database
from shared.engines import driver_url
from shared.migrations import upgrade
from shared.schemas.life import Move
from shared.sealing import OwnKeys, write_key_file

CANARY = "canary-at-rest"
PERSON = {name: f"{CANARY} {name}" for name in ("alias", "given_name", "family_name", "phone", "address")}


@pytest.fixture
def keys() -> OwnKeys:
    return OwnKeys.generate()


@pytest.fixture
def database(database_url: str, keys: OwnKeys) -> Iterator[Database]:
    upgrade("services.intake", database_url)
    scribe = scribe_of("intake", HERE, keys, NETWORK.roots)
    with closing(open_database("intake", database_url, sender=HERE, scribe=scribe)) as opened:
        accept_key(opened)
        yield opened


@pytest.fixture
def node(database: Database) -> Node:
    """A node that has lived: somebody was registered and referred, somebody came."""
    made = Node(database)
    accept_key(database)
    new = NewStaff(
        "somebody", "seven quiet lanterns", "case_worker", f"{CANARY} name", "canary-at-rest@example.org"
    )
    add_staff(database, new, org=HERE, hasher=CHEAP)
    _person, case = made.has_case(**PERSON)
    made.sends(case, reason=CANARY)
    came = made.received(given_name=CANARY, reason=CANARY, case_reference=CANARY)
    make_move(database, came, MoveOrder(Move.ACCEPT, note=CANARY), WORKER)
    return made


def dump(url: str) -> str:
    """Every column of every table as text, and of bytes what can be read in them."""
    engine = create_engine(driver_url(url))
    with engine.connect() as connection:
        tables = inspect(engine).get_table_names()
        rows = [connection.execute(text(f"SELECT * FROM {table}")).all() for table in tables]  # noqa: S608 - our own
    engine.dispose()
    cells = [cell for table in rows for row in table for cell in row]
    return "\n".join(
        bytes(c).decode("latin1") if isinstance(c, bytes | memoryview) else str(c) for c in cells
    )


def test_nothing_personal_is_readable_in_any_column(node: Node, database_url: str) -> None:
    assert [person.alias for person in node.people()] == [PERSON["alias"]]
    assert "legal_assistance" in dump(database_url)
    assert CANARY not in dump(database_url)


def test_what_was_in_the_clear_is_sealed_and_reads_as_before(node: Node, database_url: str) -> None:
    [person] = node.people()
    came = next(row["id"] for row in node.rows(referrals) if row["direction"] == "in")
    before = node.page(came)
    with node.database.transaction() as tx:
        known = PERSON | {
            "search_key": person.search_key,
            "languages": ["ukr"],
            "data_key": None,
            "sealed": None,
        }
        tx.execute(update(people).values(**known))
        cells = {"data_key": None, "sealed": None}
        mine = referrals.c.id == came
        tx.execute(update(referrals).where(mine).values(content=before.content, reference=CANARY, **cells))
        said = moves.c.sealed.is_not(None)
        tx.execute(update(moves).where(said).values(note=CANARY, sealed=None))
    assert CANARY in dump(database_url)

    assert seal_what_is_in_the_clear(node.database) == 3

    assert CANARY not in dump(database_url)
    after = person_page(node.database, person.id, WORKER).person
    assert (after.name, after.phone, after.languages) == (person.name, person.phone, ("ukr",))
    assert (node.page(came).content, node.page(came).history[-1].note) == (before.content, CANARY)


def test_somebody_is_found_by_a_part_of_a_word_and_by_the_whole_alias(node: Node) -> None:
    for q in ("ARY-AT-REST GIV", PERSON["alias"].upper()):
        assert [person.alias for person in find_people(node.database, q, WORKER)] == [PERSON["alias"]], q


def a_thousand_in_the_clear(database: Database) -> Node:
    node = Node(database)
    accept_key(database)
    node.registers(**PERSON)
    with database.transaction() as tx:
        row = dict(tx.execute(select(people)).mappings().first() or {})
        clear = row | PERSON | {"search_key": CANARY, "data_key": None, "sealed": None}
        many = [clear | {"id": new_id(), "alias": f"{CANARY} {number}"} for number in range(1_000)]
        tx.execute(people.insert(), many)
        seen = [{"person_id": one["id"], "username": WORKER.username} for one in many]
        tx.execute(file_workers.insert(), seen)
    return node


def test_a_thousand_rows_are_sealed_batch_by_batch(database: Database, database_url: str) -> None:
    a_thousand_in_the_clear(database)

    assert seal_what_is_in_the_clear(database) == 1_000

    assert CANARY not in dump(database_url)
    assert len(find_people(database, PERSON["given_name"], WORKER)) == 50


SEAL = """
import sys
from pathlib import Path
from deploy.composition import open_database, scribe_of
from services.intake.usecases.at_rest import seal_what_is_in_the_clear
from shared.failpoints import FailpointSettings, arm
from shared.sealing import read_key_file

url, org, key_file, failpoint = sys.argv[1:]
arm(FailpointSettings(failpoint), reaches="http://127.0.0.1/")
scribe = scribe_of("intake", org, read_key_file(Path(key_file)))
seal_what_is_in_the_clear(open_database("intake", url, sender=org, scribe=scribe))
"""


def test_a_process_that_is_killed_while_it_seals_loses_nothing(
    database: Database, database_url: str, keys: OwnKeys, tmp_path: Path
) -> None:
    a_thousand_in_the_clear(database)
    write_key_file(tmp_path / "node.key", keys)
    told = [database_url, HERE, str(tmp_path / "node.key")]

    for failpoint in (
        "transaction.before_commit:2",
        "transaction.committed:3",
        "transaction.before_commit:1",
    ):
        killed = subprocess.run([sys.executable, "-c", SEAL, *told, failpoint], check=False)
        assert killed.returncode == -signal.SIGKILL
        assert CANARY in dump(database_url)
    subprocess.run([sys.executable, "-c", SEAL, *told, ""], check=True)

    assert CANARY not in dump(database_url)
    for alias in (f"{CANARY} {number}" for number in (0, 200, 777, 999)):
        assert alias in [person.alias for person in find_people(database, alias, WORKER)]
    with database.reading() as tx:
        rows = tx.execute(select(people.c.data_key)).scalars().all()
    assert len(rows) == 1_001
    assert None not in rows


def test_what_is_erased_is_gone_and_what_is_held_stays(node: Node) -> None:
    _person, held, _sent = a_closed_case(node, alias="Stork")
    person, gone, sent = a_closed_case(node, alias="Heron")
    node.hears(*moved_on(node.received(), THERE, HERE, Move.DELIVER, Move.REJECT))
    ask_for_hold(node.database, held.id, CANARY, WORKER)
    confirm_hold(node.database, held.id, FOCAL_POINT)
    answer_once(node.database, "olena", "k", "0" * 64, lambda _: Answer(201, {"id": str(person.id)}))

    assert erase_case(node.database, gone.reference) == Erasure(person=True, referrals=1, said=1)
    node.pass_time(days=91)
    assert erase_what_is_due(node.database, timedelta(days=90)) == 1

    assert person_page(node.database, person.id, WORKER).person.missing == "erased"
    assert node.page(sent).referral.missing == "erased"
    assert node.rows(idempotency_keys) == []
    with pytest.raises(Conflict, match="legal_hold"):
        erase_case(node.database, held.reference)
    ask_to_lift(node.database, held.id, CANARY, WORKER)
    confirm_lift(node.database, held.id, FOCAL_POINT)
    assert erase_what_is_due(node.database, timedelta(days=90)) == 1
