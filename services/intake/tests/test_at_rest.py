"""What is personal lies sealed in the node's rows: with the database alone nobody reads it, or changes it unseen."""

import base64
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from services.intake.storage import cells
from services.intake.storage.tables import idempotency_keys, moves, people, referrals
from services.intake.tests.node import HERE, OUR_KEY, THERE, WORKER, Node, make_database, moved_on, order
from services.intake.usecases.counting import count
from services.intake.usecases.idempotency import Answer, KeyReused, answer_once
from services.intake.usecases.moves import MoveOrder, make_move
from services.intake.usecases.people import find_people, person_page
from services.intake.usecases.refusals import Conflict
from services.intake.usecases.sending import send_referral
from shared.clock import new_id
from shared.schemas.life import Move
from shared.sealing import seal

CANARY = "canary-of-a-person"
PERSON = {
    "alias": f"{CANARY}-alias",
    "given_name": f"{CANARY}-given",
    "family_name": f"{CANARY}-family",
    "phone": "+375 29 1234567",
    "address": f"{CANARY}-address",
    "birth_date": "1987-11-23",
    "gender": "Woman",
    "citizenship": "UKR",
    "languages": ["ukr"],
}
READABLE = (CANARY, "1234567", "1987-11-23", "Woman", "UKR", "ukr")


def a_note(move_id: UUID) -> str:
    said = seal(orjson.dumps({"note": CANARY}), to=OUR_KEY.public, context=f"note:{move_id}".encode())
    return base64.b64encode(said).decode()


def set_cell(node: Node, table: Any, name: str, value: bytes | None, *row: Any) -> None:
    mine = [column == one for column, one in zip(table.primary_key, row, strict=True)]
    with node.database.transaction() as tx:
        tx.execute(table.update().where(*mine).values({name: value}))


def flipped(cell: bytes) -> bytes:
    return cell[:-1] + bytes([cell[-1] ^ 1])


def test_nothing_personal_is_readable_in_any_row(node: Node) -> None:
    person, case = node.has_case(**PERSON)
    sent = node.sends(case, reason=f"{CANARY}-reason", fields=("given_name", "phone"))
    move_id = new_id()
    answered = {Move.ASK_FOR_INFORMATION: move_id}
    steps = (Move.DELIVER, Move.ASK_FOR_INFORMATION)
    notes = {Move.ASK_FOR_INFORMATION: a_note(move_id)}
    node.hears(*moved_on(sent.id, HERE, THERE, *steps, move_ids=answered, notes=notes))
    make_move(node.database, sent.id, MoveOrder(Move.ANSWER, note=f"{CANARY}-answer"), WORKER)
    received = node.received(given_name=CANARY, reason=CANARY, case_reference=CANARY)
    answer_once(node.database, "olena", "k", "0" * 64, lambda _: Answer(201, {"alias": CANARY}))

    assert person_page(node.database, person.id, WORKER).person == person
    assert [line.note for line in node.page(sent.id).history[2:]] == [CANARY, f"{CANARY}-answer"]
    assert node.page(received).referral.reference == CANARY
    rows = str([node.rows(table) for table in (people, referrals, moves, idempotency_keys)])
    assert [text for text in READABLE if text in rows] == []


def test_nothing_personal_is_in_the_files_of_the_database(tmp_path: Path) -> None:
    with closing(make_database(tmp_path)) as database:
        Node(database).registers(**PERSON)

        for part in tmp_path.glob("node.db*"):
            content = part.read_bytes()
            assert [text for text in READABLE[:3] if text.encode() in content] == [], part.name


def test_two_cells_that_were_swapped_are_noticed(node: Node) -> None:
    first, second = node.registers(**PERSON), node.registers(alias="Heron")
    sealed = {row["id"]: row["sealed"] for row in node.rows(people)}
    set_cell(node, people, "sealed", sealed[second.id], first.id)
    set_cell(node, people, "sealed", sealed[first.id], second.id)

    with capture_logs() as logs:
        found = [person_page(node.database, one.id, WORKER).person for one in (first, second)]

    assert [(person.missing, person.name) for person in found] == [("unreadable", "")] * 2
    assert [(line["kind"], line["row"]) for line in logs] == [
        ("people", str(first.id)),
        ("people", str(second.id)),
    ]
    assert CANARY not in str(logs)


def test_a_whole_row_under_another_name_is_noticed(node: Node) -> None:
    """Data key and cell together."""
    first, second = node.registers(**PERSON), node.registers(alias="Heron")
    [row] = [row for row in node.rows(people) if row["id"] == second.id]
    for name in ("data_key", "sealed"):
        set_cell(node, people, name, row[name], first.id)

    assert person_page(node.database, first.id, WORKER).person.missing == "unreadable"


@pytest.mark.parametrize("name", ["sealed", "data_key"])
def test_a_flipped_bit_in_a_person_is_noticed(node: Node, name: str) -> None:
    person = node.registers(**PERSON)
    set_cell(node, people, name, flipped(node.rows(people)[0][name]), person.id)

    [found] = find_people(node.database, "", WORKER)

    assert (found.missing, found.name, found.phone) == ("unreadable", "", None)


@pytest.mark.parametrize("name", ["sealed", "data_key"])
def test_what_was_taken_away_is_no_erasure(node: Node, name: str) -> None:
    person = node.registers(**PERSON)
    set_cell(node, people, name, None, person.id)

    assert person_page(node.database, person.id, WORKER).person.missing == "unreadable"


@pytest.mark.parametrize("name", ["sealed", "data_key"])
def test_a_flipped_bit_in_a_referral_is_noticed(node: Node, name: str) -> None:
    referral_id = node.received(given_name=CANARY)
    set_cell(node, referrals, name, flipped(node.row(referral_id)[name]), referral_id)

    page = node.page(referral_id)

    assert (page.content, page.referral.missing, page.referral.reference) == (None, "unreadable", None)


def test_a_flipped_bit_in_what_was_said_is_noticed(node: Node) -> None:
    referral_id = node.received()
    make_move(node.database, referral_id, MoveOrder(Move.ACCEPT, note=CANARY), WORKER)
    line = node.page(referral_id).history[-1]
    [row] = [row for row in node.rows(moves) if row["move_id"] == line.move_id]
    set_cell(node, moves, "sealed", flipped(row["sealed"]), referral_id, line.move_id)

    line = node.page(referral_id).history[-1]

    assert (line.note, line.unreadable) == (None, "at_rest")


def test_what_was_said_does_not_open_beside_another_move(node: Node) -> None:
    referral_id = node.received()
    make_move(node.database, referral_id, MoveOrder(Move.ACCEPT, note=CANARY), WORKER)
    make_move(node.database, referral_id, MoveOrder(Move.START), WORKER)
    *_, accepted, started = node.page(referral_id).history
    [row] = [row for row in node.rows(moves) if row["move_id"] == accepted.move_id]
    set_cell(node, moves, "sealed", row["sealed"], referral_id, started.move_id)

    line = node.page(referral_id).history[-1]

    assert (line.note, line.unreadable) == (None, "at_rest")


def test_of_a_person_who_cannot_be_read_nothing_is_sent(node: Node) -> None:
    person, case = node.has_case(**PERSON)
    set_cell(node, people, "sealed", None, person.id)

    with pytest.raises(Conflict, match="unreadable"):
        send_referral(node.database, order(case), WORKER)


def test_a_person_is_counted_by_a_cell_of_its_own(node: Node) -> None:
    person, _case = node.has_case(**PERSON)
    node.has_consent(person, purposes=["statistics"], organisations=[], fields=[])

    def codes() -> set[tuple[str, ...]]:
        with node.database.reading() as tx:
            return {tuple(cell.codes) for cell in count(tx, "2026-Q1") if cell.table == "persons_identified"}

    assert codes() == {("unknown", "Woman", "30--38")}
    set_cell(node, people, "counted", flipped(node.rows(people)[0]["counted"]), person.id)
    assert codes() == {("unknown", "unknown", "unknown")}


def test_what_came_is_found_by_its_reference_and_its_row_does_not_tell_it(node: Node) -> None:
    came, _other = node.received(case_reference="K7QM-2XRD"), node.received(case_reference="AAAA-2222")
    with node.database.reading() as tx:
        asked = cells.reference_of(" k7qm-2xrd ")
        assert asked is not None
        same = referrals.c.reference_index.in_(tx.at_rest.blinds(*asked))
        assert tx.execute(select(referrals.c.id).where(same)).scalars().all() == [came]
    assert "K7QM" not in str(node.rows(referrals))


def test_a_remembered_answer_that_was_changed_is_not_given(node: Node) -> None:
    asked = (node.database, "olena", "k", "0" * 64)
    answer_once(*asked, lambda _: Answer(201, {"alias": CANARY}))
    [row] = node.rows(idempotency_keys)
    set_cell(node, idempotency_keys, "sealed", flipped(row["sealed"]), "olena", "k")

    with pytest.raises(KeyReused):
        answer_once(*asked, lambda _: Answer(201, {}))


def test_a_person_is_found_by_the_exact_alias_or_number_however_old(node: Node, monkeypatch: Any) -> None:
    monkeypatch.setattr("services.intake.storage.searching.LOOKED_THROUGH", 0)
    person = node.registers(alias="Blue  Bird", phone="+375 (29) 123-45-67", given_name="Ann")

    for q in ("blue bird", "BLUE BIRD", "+375 29 1234567", "375291234567"):
        assert [found.id for found in find_people(node.database, q, WORKER)] == [person.id], q
    for q in ("blue", "ann", "1234567", "123"):
        assert find_people(node.database, q, WORKER) == [], q
