"""What version 0.1.0 wrote in the clear is sealed, whoever is killed in between, and nothing of it is lost or left."""

from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.exc import OperationalError

from services.intake.storage import in_the_clear
from services.intake.storage.staff_tables import file_workers
from services.intake.storage.tables import (
    idempotency_keys,
    moves,
    people,
    referrals,
    staff,
    storage_keys,
)
from services.intake.tests.node import OUR_KEYS, START, WORKER, Node
from services.intake.usecases.at_rest import (
    AnothersKey,
    accept_key,
    refuse_anothers_key,
    seal_what_is_in_the_clear,
)
from services.intake.usecases.idempotency import Answer, answer_once
from services.intake.usecases.people import find_people, person_page
from services.intake.usecases.staff import find_staff
from shared.at_rest import StorageKeys
from shared.clock import new_id
from shared.database import Database

CANARY = "canary-in-the-clear"
SAID = {"note": f"{CANARY} note", "outcome": f"{CANARY} outcome"}
AT = datetime(2026, 3, 9, 7, 0, tzinfo=UTC)


def a_person_in_the_clear(node: Node, number: int = 0) -> Any:
    id_ = new_id()
    row = {
        "id": id_,
        "org": WORKER.org,
        "alias": f"{CANARY} {number}",
        "birth_date": date(1987, 11, 23),
        "age_band": "36--38",
        "languages": ["ukr"],
        "phone": "+000 12345",
        "search_key": f"{CANARY} {number}",
        "created_at": START,
        "created_by": WORKER.username,
    }
    with node.database.transaction() as tx:
        tx.execute(insert(people).values(**row))
        tx.execute(insert(file_workers).values(person_id=id_, username=WORKER.username))
    return id_


def a_referral_in_the_clear(node: Node) -> Any:
    """Received, with something said, as version 0.1.0 kept it."""
    id_, cells = node.received(), {"data_key": None, "sealed": None}
    content = {"given_name": CANARY, "reason": CANARY, "safe_contact": "phone", "case_reference": CANARY}
    said = SAID | {"scheduled_for": AT}
    with node.database.transaction() as tx:
        tx.execute(update(referrals).values(content=content, reference=CANARY, **cells))
        tx.execute(update(moves).where(moves.c.number == 2).values(**said))
    return id_


def an_answer_in_the_clear(node: Node) -> None:
    row = {"username": "olena", "key": "k", "body_sha256": "0" * 64, "status": 201, "at": START}
    with node.database.transaction() as tx:
        tx.execute(insert(idempotency_keys).values(answer={"alias": CANARY}, **row))


def a_colleague_in_the_clear(node: Node) -> None:
    row = {"id": new_id(), "org": WORKER.org, "role": "case_worker", "language": "uk", "active": True}
    known = {
        "username": "old",
        "display_name": CANARY,
        "email": f"{CANARY}@example.org",
        "password_hash": "x",
    }
    with node.database.transaction() as tx:
        tx.execute(insert(staff).values(**row, **known))


def in_rows(node: Node) -> bool:
    return CANARY in str([node.rows(table) for table in in_the_clear.TABLES])


@pytest.fixture(autouse=True)
def key(node: Node) -> None:
    accept_key(node.database)


def test_everything_is_sealed_and_reads_as_before(node: Node) -> None:
    person_id, referral_id = a_person_in_the_clear(node), a_referral_in_the_clear(node)
    an_answer_in_the_clear(node)
    a_colleague_in_the_clear(node)

    assert in_rows(node)
    before = find_staff(node.database, "old")
    assert seal_what_is_in_the_clear(node.database) == 5

    assert not in_rows(node)
    assert find_staff(node.database, "old") == before
    person = person_page(node.database, person_id, WORKER).person
    assert (person.alias, person.birth_date, person.languages) == (
        f"{CANARY} 0",
        date(1987, 11, 23),
        ("ukr",),
    )
    page = node.page(referral_id)
    assert (page.content or {})["reason"] == page.referral.reference == CANARY
    line = page.history[1]
    assert (line.note, line.outcome, line.scheduled_for) == (*SAID.values(), AT)
    again = answer_once(node.database, "olena", "k", "0" * 64, lambda _: Answer(500, {}))
    assert again == Answer(201, {"alias": CANARY})
    assert [one.id for one in find_people(node.database, "00012345", WORKER)] == [person_id]


def test_where_nothing_was_in_the_clear_nothing_is_written_anew(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL would plan for empty tables until it looks at them again."""
    monkeypatch.setattr(in_the_clear, "rewrite", lambda _: pytest.fail("written anew"))

    assert seal_what_is_in_the_clear(node.database) == 0


def test_a_second_time_nothing_is_left_to_be_sealed(node: Node) -> None:
    a_person_in_the_clear(node)
    seal_what_is_in_the_clear(node.database)
    before = node.rows(people)

    assert seal_what_is_in_the_clear(node.database) == 0
    assert node.rows(people) == before


def test_words_of_a_referral_whose_content_is_gone_are_kept(node: Node) -> None:
    referral_id = a_referral_in_the_clear(node)
    with node.database.transaction() as tx:
        tx.execute(update(referrals).values(content=None, reference=None))

    seal_what_is_in_the_clear(node.database)

    assert not in_rows(node)
    assert node.page(referral_id).history[1].note == SAID["note"]
    assert node.page(referral_id).referral.missing == "erased"


@pytest.mark.parametrize("killed_after", [0, 1, 2, 3])
def test_whoever_is_killed_begins_anew(node: Node, monkeypatch: Any, killed_after: int) -> None:
    monkeypatch.setattr(in_the_clear, "AT_ONCE", 2)
    ids = [a_person_in_the_clear(node, number) for number in range(5)]
    left = iter(range(killed_after))

    def killed(_tx: Any) -> None:
        if next(left, None) is None:
            raise KeyboardInterrupt

    begin = Database.transaction
    monkeypatch.setattr(Database, "transaction", lambda self, **how: _dying(begin(self, **how), killed))
    with pytest.raises(KeyboardInterrupt):
        seal_what_is_in_the_clear(node.database)
    monkeypatch.setattr(Database, "transaction", begin)

    seal_what_is_in_the_clear(node.database)

    assert not in_rows(node)
    found = {one.id: one.alias for one in find_people(node.database, CANARY, WORKER)}
    assert found == {id_: f"{CANARY} {number}" for number, id_ in enumerate(ids)}


class _dying:  # noqa: N801 - it stands for a function
    """A transaction at whose end the process may be killed."""

    def __init__(self, transaction: Any, killed: Any) -> None:
        self.transaction, self.killed = transaction, killed

    def __enter__(self) -> Any:
        tx = self.transaction.__enter__()
        tx.before_commit.append(self.killed)
        return tx

    def __exit__(self, *error: object) -> Any:
        return self.transaction.__exit__(*error)


def test_the_file_holds_none_of_it_afterwards(node: Node) -> None:
    for number in range(300):
        a_person_in_the_clear(node, number)
    file = Path(str(node.database.engine.url.database))
    assert any(CANARY.encode() in part.read_bytes() for part in file.parent.glob("node.db*"))

    seal_what_is_in_the_clear(node.database)

    for part in file.parent.glob("node.db*"):
        assert CANARY.encode() not in part.read_bytes(), part.name


def test_a_file_that_others_use_is_written_anew_at_the_next_start(node: Node, monkeypatch: Any) -> None:
    monkeypatch.setattr(in_the_clear, "REWRITING", 0.3)
    a_person_in_the_clear(node)
    with node.database.reading() as tx:
        tx.execute(select(people.c.id)).all()
        seal_what_is_in_the_clear(node.database)
    assert [row["rewritten_at"] for row in node.rows(storage_keys)] == [None]

    assert seal_what_is_in_the_clear(node.database) == 0

    assert [row["rewritten_at"] for row in node.rows(storage_keys)] == [node.at]


def test_what_a_process_of_the_old_version_wrote_late_is_forgotten_too(node: Node, monkeypatch: Any) -> None:
    """Killed after the sealing: the next start still has the file written anew."""
    seal_what_is_in_the_clear(node.database)
    a_person_in_the_clear(node)
    monkeypatch.setattr(in_the_clear, "rewrite", lambda _: False)
    assert seal_what_is_in_the_clear(node.database) == 1
    monkeypatch.undo()

    assert [row["rewritten_at"] for row in node.rows(storage_keys)] == [None]
    seal_what_is_in_the_clear(node.database)

    assert [row["rewritten_at"] for row in node.rows(storage_keys)] == [node.at]


def test_another_key_is_told_apart_and_changes_nothing(node: Node) -> None:
    before, rightful = node.rows(storage_keys), node.database._at_rest
    person = node.registers()
    try:
        node.database._at_rest = StorageKeys([b"another key of thirty-two bytes!"])
        for refuse in (accept_key, refuse_anothers_key):
            with pytest.raises(AnothersKey):
                refuse(node.database)
    finally:
        node.database._at_rest = rightful
    refuse_anothers_key(node.database)

    assert node.rows(storage_keys) == before
    assert person_page(node.database, person.id, WORKER).person == person


def test_a_new_key_before_the_old_one_is_accepted_and_noted(node: Node) -> None:
    old, new = OUR_KEYS.storage[0], b"another key of thirty-two bytes!"
    rightful = node.database._at_rest
    person = node.registers(alias="Heron")
    try:
        node.database._at_rest = StorageKeys([new, old])
        accept_key(node.database)
        accept_key(node.database)
        assert person_page(node.database, person.id, WORKER).person == person
        assert [one.id for one in find_people(node.database, "heron", WORKER)] == [person.id]
        assert len(node.rows(storage_keys)) == 2
        node.database._at_rest = StorageKeys([new])
        with pytest.raises(AnothersKey):
            accept_key(node.database)
    finally:
        node.database._at_rest = rightful


def test_a_database_that_was_never_sealed_refuses_no_key(sqlite_url: str) -> None:
    with closing(Database(sqlite_url, at_rest=StorageKeys([bytes(32)]))) as empty:
        refuse_anothers_key(empty)


def test_a_disk_without_room_for_a_second_one_does_not_keep_the_node_from_starting(
    node: Node, monkeypatch: Any
) -> None:
    def full(_connection: Any) -> bool:
        raise OperationalError("VACUUM", None, Exception("database or disk is full"))

    a_person_in_the_clear(node)
    monkeypatch.setattr(in_the_clear, "_rewrite_file", full)

    assert seal_what_is_in_the_clear(node.database) == 1
    assert [row["rewritten_at"] for row in node.rows(storage_keys)] == [None]
