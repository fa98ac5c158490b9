"""Who looks after a child, the node's own fields: kept here, sealed, erased with the person, and sent nowhere."""

import json
from pathlib import Path
from typing import Any

import pytest

from services.intake.domain.own_fields import OwnFieldsWrong, read_own_fields
from services.intake.storage.sheet_tables import sheets
from services.intake.tests.node import ADMIN, COLLEAGUE, HERE, THERE, WORKER, Node, moved_on
from services.intake.usecases.cases import open_case
from services.intake.usecases.closing import close_case
from services.intake.usecases.counting import contribute_counts
from services.intake.usecases.erasing import erase_case
from services.intake.usecases.people import person_page
from services.intake.usecases.person_sheets import (
    newest_child_sheet,
    note_child,
    note_own_of_case,
    note_own_of_person,
    own_values,
)
from services.intake.usecases.refusals import Conflict, Invalid, NotFound
from services.intake.usecases.sheets import note_factors, screen
from shared.schemas.life import Move

FILE = Path(__file__).parents[1] / "web" / "tests" / "own_fields.json"
OWN = read_own_fields(FILE.read_text("utf-8"))
CHILD = {
    "situation": "separated",
    "caregiver": "Aunt Capercaillie",
    "relationship": "aunt",
    "informed": "yes",
    "best_interests": "Stays with the aunt.",
}


def test_who_looks_after_a_child_is_kept_and_the_newest_counts(node: Node) -> None:
    person = node.registers(age_band="12--14")

    note_child(node.database, person.id, CHILD, WORKER)
    note_child(node.database, person.id, CHILD | {"guardian": "The oblast"}, WORKER)

    file = person_page(node.database, person.id, WORKER)
    newest = newest_child_sheet(file.sheets)
    assert newest is not None
    assert newest.content == {"lists": 2, **CHILD, "guardian": "The oblast"}
    assert len(file.sheets) == 2
    assert not [row for row in node.rows(sheets) if b"Capercaillie" in row["sealed"]]


@pytest.mark.parametrize(
    ("age", "is_one"), [("15--17", True), ("9--17", True), ("18--20", False), (None, False)]
)
def test_only_of_a_child_it_is_asked(node: Node, age: str | None, *, is_one: bool) -> None:
    person = node.registers(age_band=age)

    if is_one:
        assert note_child(node.database, person.id, CHILD, WORKER)
    else:
        with pytest.raises(Conflict, match="not_a_child"):
            note_child(node.database, person.id, CHILD, WORKER)


def test_a_child_grows_up(node: Node) -> None:
    person = node.registers(birth_date="2008-03-03")
    note_child(node.database, person.id, CHILD, WORKER)
    node.pass_time(days=1)

    with pytest.raises(Conflict, match="not_a_child"):
        note_child(node.database, person.id, CHILD, WORKER)


def test_why_the_caregiver_is_not_informed_has_to_be_said(node: Node) -> None:
    person = node.registers(age_band="0--8")

    with pytest.raises(Invalid) as refused:
        note_child(node.database, person.id, CHILD | {"informed": "no"}, WORKER)

    assert refused.value.errors == {"not_informed_why": "needed"}


def test_own_fields_are_kept_for_the_person_and_for_the_case(node: Node) -> None:
    person, case = node.has_case()

    note_own_of_person(node.database, person.id, {"room": "Four"}, OWN, WORKER)
    note_own_of_case(node.database, case.id, {"came_by": "hotline", "card_until": "2027-01-31"}, OWN, WORKER)

    found = person_page(node.database, person.id, WORKER).sheets
    assert own_values(found, None) == {"room": "Four"}
    assert own_values(found, case.id) == {"came_by": "hotline", "card_until": "2027-01-31"}
    with pytest.raises(Invalid) as refused:
        note_own_of_case(node.database, case.id, {"came_by": "bus", "room": "4"}, OWN, WORKER)
    assert refused.value.errors == {"came_by": "unknown_code", "room": "unknown_field"}


@pytest.mark.parametrize("who", [COLLEAGUE, ADMIN])
def test_anothers_person_is_as_one_that_is_not_there(node: Node, who: Any) -> None:
    person, case = node.has_case(age_band="0--8")

    attempts: list[Any] = [
        lambda: note_child(node.database, person.id, CHILD, who),
        lambda: note_own_of_person(node.database, person.id, {}, OWN, who),
        lambda: note_own_of_case(node.database, case.id, {}, OWN, who),
    ]
    for attempt in attempts:
        with pytest.raises(NotFound):
            attempt()
    assert node.rows(sheets) == []


def test_what_is_written_here_leaves_with_nothing(node: Node) -> None:
    person, case = node.has_case(age_band="0--8")
    node.has_consent(person, purposes=["referral", "statistics"])
    marks = [f"Capercaillie {number}" for number in range(5)]
    note_own_of_person(node.database, person.id, {"room": marks[0]}, OWN, WORKER)
    note_own_of_case(node.database, case.id, {"came_by": "hotline"}, OWN, WORKER)
    note_child(node.database, person.id, CHILD | {"caregiver": marks[1], "best_interests": marks[2]}, WORKER)
    note_factors(node.database, case.id, {"risk": {"individual": marks[3]}}, WORKER)
    screen(node.database, case.id, {"conclusion": "presumed_victim", "identified_by": "police"}, WORKER)
    sent = node.sends(case)
    left = node.said()
    node.hears(*moved_on(sent.id, HERE, THERE, Move.DELIVER, Move.ACCEPT, Move.COMPLETE))
    close_case(node.database, case.id, "other", WORKER)
    contribute_counts(node.database, "2026-Q1")

    left += node.said()
    assert len(left) == 2
    for said in left:
        whole = repr(said.event) + repr([letter.text for letter in said.letters.values()])
        assert not [word for word in ("Capercaillie", "hotline", "came_by", "room") if word in whole]
    content = node.page(sent.id).content
    assert content is not None
    assert content.keys() == {"given_name", "phone", "reason", "safe_contact", "case_reference"}


def test_it_is_erased_with_the_person_and_with_the_case(node: Node) -> None:
    person, case = node.has_case(age_band="0--8")
    note_child(node.database, person.id, CHILD, WORKER)
    note_own_of_case(node.database, case.id, {"came_by": "alone"}, OWN, WORKER)
    other = open_case(node.database, person.id, WORKER)
    close_case(node.database, case.id, "other", WORKER)

    erase_case(node.database, case.reference)

    assert [bool(row["sealed"]) for row in sorted(node.rows(sheets), key=lambda row: row["id"])] == [
        True,
        False,
        False,
    ]
    close_case(node.database, other.id, "other", WORKER)
    erase_case(node.database, other.reference)
    assert {row["sealed"] for row in node.rows(sheets)} == {None}


def declared(**changes: Any) -> str:
    field = json.loads(FILE.read_text("utf-8"))["fields"][0] | changes
    return json.dumps({"version": 1, "fields": [field]})


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("no JSON", "JSON"),
        ("[]", "JSON"),
        ('{"version": "one", "fields": []}', "number"),
        (declared(code="Room 4"), "code"),
        (declared(about="node"), "about"),
        (declared(type="file"), "type"),
        (declared(type="choice"), "choices"),
        (declared(colour="red"), "names"),
        (declared(label={"en": "Room", "ru": "Комната", "be": "Пакой"}), "label"),
        (declared(label={"en": "Room", "ru": "Комната", "be": "Пакой", "uk": " "}), "label"),
        (json.dumps({"version": 1, "fields": json.loads(declared())["fields"] * 2}), "same code"),
    ],
)
def test_a_file_that_is_wrong_says_where(written: str, says: str) -> None:
    with pytest.raises(OwnFieldsWrong, match=says):
        read_own_fields(written)


def test_no_more_fields_than_fit_a_page(node: Node) -> None:
    [field] = json.loads(declared())["fields"]
    many = [field | {"code": f"room_{number}"} for number in range(15)]

    with pytest.raises(OwnFieldsWrong, match="more than 14"):
        read_own_fields(json.dumps({"version": 1, "fields": many}))
    assert len(read_own_fields(json.dumps({"version": 1, "fields": many[1:]})).of("person")) == 14
