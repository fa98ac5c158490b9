"""Printed codes: who gets one, how it is typed, and what opens with it and how long."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from services.intake.domain import Case, Person
from services.intake.domain.slip import LETTERS, new_code, plain_code
from services.intake.storage.slip_tables import slips, visits
from services.intake.storage.tables import sign_ins
from services.intake.tests.holders import WISHED, cannot_enter, enters, made
from services.intake.tests.node import COLLEAGUE, WORKER, Node
from services.intake.usecases.own_view import (
    visited,
)
from services.intake.usecases.people import person_page
from services.intake.usecases.person_sheets import note_child
from services.intake.usecases.refusals import Conflict, Invalid, NotFound
from services.intake.usecases.slips import end_slip, make_slip, slip_in_force

CARE = {"situation": ["separated"], "best_interests": "Stays with her aunt.", "caregiver": "An aunt"}


@pytest.fixture
def case(node: Node) -> Case:
    return node.has_case()[1]


@pytest.fixture
def person(node: Node, case: Case) -> Person:
    return person_page(node.database, case.person_id, WORKER).person


def test_a_code_is_long_random_and_of_letters_that_nobody_mistakes() -> None:
    codes = {new_code() for _ in range(200)}

    assert len(codes) == 200
    assert all(len(plain_code(code)) == 16 and len(code) == 19 for code in codes)
    assert len(LETTERS) ** 16 > 2**75
    assert not set("01OILBSZGU") & set(LETTERS)


@pytest.mark.parametrize(
    "typed",
    [
        "K7QM-2XRD-9HFA-P4TW",
        "k7qm 2xrd 9hfa p4tw",
        " K7QM2XRD9HFAP4TW. ",
        "К7QМ-2ХRD-9НFА-Р4ТW",  # noqa: RUF001 - typed on a Cyrillic keyboard where the letters look the same
        "Ｋ７ＱＭ－２ＸＲＤ－９ＨＦＡ－Ｐ４ＴＷ",  # noqa: RUF001
        "K7QM–ZXRD–9HFA–P4TW",  # noqa: RUF001 - a two that was read as a Z
    ],
)
def test_it_is_taken_as_people_type_it(typed: str) -> None:
    assert plain_code(typed) == "K7QM2XRD9HFAP4TW"


@pytest.mark.parametrize("typed", ["", " ", "🙂", "-" * 5000, "ҐЇЄ", "\u202e" * 90])
def test_what_is_no_code_is_none(node: Node, typed: str) -> None:
    assert cannot_enter(node, typed) == 0


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"wished": False}, {"wished": "needed"}),
        ({"wished": None}, {"wished": "needed"}),
        ({"wished": "yes"}, {"wished": "needed"}),
        ({"language": "xx"}, {"language": "unknown_code"}),
        ({"shown": "everything"}, {"shown": "unknown_code"}),
        ({"lasts": "3650"}, {"lasts": "unknown_code"}),
        ({"lasts": 7}, {"lasts": "unknown_code"}),
        ({"code": "AAAA"}, {"code": "unknown_field"}),
    ],
)
def test_without_the_wish_or_with_nonsense_none_is_made(
    node: Node, person: Person, given: dict[str, Any], wrong: dict[str, str]
) -> None:
    with pytest.raises(Invalid) as refused:
        made(node, person, **given)
    assert refused.value.errors == wrong
    assert node.rows(slips) == []


def test_without_consent_there_is_nothing_to_give_it_for(node: Node) -> None:
    with pytest.raises(Conflict, match="no_consent"):
        made(node, node.registers())


def test_a_colleague_who_does_not_work_on_it_makes_and_ends_none(node: Node, person: Person) -> None:
    for do in (
        lambda: make_slip(node.database, person.id, WISHED, COLLEAGUE),
        lambda: end_slip(node.database, person.id, COLLEAGUE),
    ):
        with pytest.raises(NotFound):
            do()


def test_nothing_that_is_kept_tells_the_code(node: Node, person: Person) -> None:
    code = made(node, person).code
    cannot_enter(node, code[:-1] + ("7" if code[-1] != "7" else "8"))
    enters(node, code, "a form")

    kept = repr([node.rows(table) for table in (slips, visits, sign_ins)])
    assert not [part for part in (code, plain_code(code), *code.split("-")) if part in kept]
    [row] = node.rows(slips)
    assert len(row["code_index"]) == 16


def test_a_new_one_ends_the_one_before_and_the_visits_with_it(node: Node, person: Person) -> None:
    before = made(node, person)
    token = enters(node, before.code)
    after = made(node, person)

    assert visited(node.database, token) is None
    assert cannot_enter(node, before.code) == 0
    assert visited(node.database, enters(node, after.code))


def test_it_can_be_ended(node: Node, person: Person) -> None:
    code = made(node, person).code
    token = enters(node, code)
    end_slip(node.database, person.id, WORKER)

    assert slip_in_force(node.database, person.id, WORKER) is None
    assert visited(node.database, token) is None
    assert cannot_enter(node, code) == 0


def test_it_ends_by_itself(node: Node, person: Person) -> None:
    code = made(node, person, lasts="30").code
    node.pass_time(days=29, hours=23)
    enters(node, code)
    node.pass_time(hours=1)

    assert cannot_enter(node, code) == 0


def test_it_ends_when_somebody_else_gives_the_consent_that_counts(node: Node, person: Person) -> None:
    code = made(node, person).code
    node.has_consent(person, given_by="guardian")

    assert cannot_enter(node, code) == 0
    assert made(node, person).slip.holder == "guardian"


def test_tries_wait_for_those_with_the_same_beginning_and_nobody_else(node: Node, person: Person) -> None:
    code = made(node, person).code
    other = node.has_case()[0]
    others_code = make_slip(node.database, other.id, WISHED, WORKER).code
    wrong = code[:10] + "".join("7" if letter != "7" else "8" for letter in code[10:])

    waits = [cannot_enter(node, wrong) for _ in range(6)]

    assert waits[:4] == [0] * 4
    assert waits[4] > 0
    assert cannot_enter(node, code) > 0
    assert enters(node, others_code)
    for _ in range(50):
        cannot_enter(node, new_code())
    assert enters(node, others_code)
    node.pass_time(minutes=1)
    assert enters(node, code)


@pytest.fixture
def statements(node: Node) -> Iterator[list[str]]:
    said: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        said.append(statement)

    event.listen(node.database.engine, "before_cursor_execute", note)
    yield said
    event.remove(node.database.engine, "before_cursor_execute", note)


def test_whatever_is_wrong_with_a_code_it_takes_the_same_way(
    node: Node, person: Person, statements: list[str]
) -> None:
    over, ended = made(node, person, lasts="7").code, made(node, person, lasts="30").code
    node.pass_time(days=8)
    live = made(node, person, lasts="90").code
    ways = []
    for code in (over, ended, live[:-1], live[:14] + "AAAA", new_code(), "", "🙂" * 40):
        statements.clear()
        cannot_enter(node, code)
        ways.append(tuple(statements))

    assert len(set(ways)) == 1
    assert ways[0]


@pytest.mark.parametrize(
    ("given_by", "informed", "why"),
    [
        ("individual", None, "child_unknown"),
        ("guardian", None, "child_unknown"),
        ("caregiver", "no", "caregiver_not_informed"),
    ],
)
def test_for_a_child_somebody_must_be_known_to_look_after_it(
    node: Node, given_by: str, informed: str | None, why: str
) -> None:
    child = node.registers(birth_date="2010-03-05")
    node.has_consent(child, given_by=given_by)
    if informed:
        care = CARE | {"informed": informed, "not_informed_why": "Danger."}
        note_child(node.database, child.id, care | {"situation": "separated"}, WORKER)
    with pytest.raises(Conflict, match=why):
        made(node, child)


@pytest.mark.parametrize(("given_by", "days"), [("individual", 90), ("guardian", 3)])
def test_a_guardian_has_it_no_longer_than_the_child_is_one(node: Node, given_by: str, days: int) -> None:
    child = node.registers(birth_date=str((node.at + timedelta(days=3)).date().replace(year=2008)))
    node.has_consent(child, given_by=given_by)
    note_child(node.database, child.id, CARE | {"situation": "separated", "informed": "yes"}, WORKER)

    until = made(node, child, lasts="90").slip.until

    assert (until.date() - node.at.date()).days == days
