"""Registering a person and finding them again."""

from datetime import date
from typing import Any

import pytest

from services.intake.storage.tables import people
from services.intake.tests.node import ADMIN, STRANGER, WORKER, Node
from services.intake.usecases.cases import open_case
from services.intake.usecases.people import find_people, person_page, register_person
from services.intake.usecases.refusals import Invalid, NotFound, NotPermitted
from shared.clock import new_id


def refusals(node: Node, **fields: Any) -> dict[str, str]:
    with pytest.raises(Invalid) as refused:
        register_person(node.database, fields, WORKER)
    assert node.rows(people) == []
    return refused.value.errors


@pytest.mark.parametrize(
    "name",
    [
        "አበበ በቂላ",
        "مريم",
        "အောင်",
        "🌊",
        "Ы",
        "李",
        "O",
        "\u202eabc",
        "<script>alert(1)</script>",
        "=1+1",
        "../x",
    ],
)
def test_a_name_in_any_script_is_kept_as_it_was_given_and_found(node: Node, name: str) -> None:
    person = register_person(node.database, {"alias": name}, WORKER)

    assert person_page(node.database, person.id, WORKER).person.alias == name
    assert [found.id for found in find_people(node.database, name, WORKER)] == [person.id]


def test_an_alias_alone_is_enough_and_nothing_is_not(node: Node) -> None:
    assert refusals(node, phone="+000") == {"alias": "name_needed"}
    assert refusals(node, given_name="   ") == {"alias": "name_needed"}
    assert register_person(node.database, {"alias": "Bluebird"}, WORKER).name == "Bluebird"


def test_an_unknown_birth_date_is_accepted_and_a_future_one_is_not(node: Node) -> None:
    assert refusals(node, alias="B", birth_date="2026-03-03") == {"birth_date": "in_the_future"}
    assert refusals(node, alias="B", birth_date="1899-12-31") == {"birth_date": "too_long_ago"}
    assert refusals(node, alias="B", birth_date="yesterday") == {"birth_date": "not_a_date"}
    assert refusals(node, alias="B", birth_date=20260101) == {"birth_date": "not_a_date"}
    assert register_person(node.database, {"alias": "B", "birth_date": ""}, WORKER).birth_date is None


@pytest.mark.parametrize("band", ["9--11", "9--17", "48+"])
def test_an_age_is_known_by_a_stored_or_by_a_published_band(node: Node, band: str) -> None:
    assert register_person(node.database, {"alias": "A", "age_band": band}, WORKER).age_band == band


def test_the_age_band_comes_from_the_birth_date_when_there_is_one(node: Node) -> None:
    given = {"alias": "B", "birth_date": date(2015, 6, 1), "age_band": "66+"}

    assert register_person(node.database, given, WORKER).age_band == "9--11"
    assert register_person(node.database, {"alias": "B", "age_band": "66+"}, WORKER).age_band == "66+"


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({"role": "admin"}, {"role": "unknown_field"}),
        ({"created_by": "somebody"}, {"created_by": "unknown_field"}),
        ({"id": "018f0000-0000-7000-8000-000000000001"}, {"id": "unknown_field"}),
        ({"family_name": "a\0b"}, {"family_name": "not_text"}),
        ({"family_name": "\ud800"}, {"family_name": "not_text"}),
        ({"family_name": {"a": 1}}, {"family_name": "not_text"}),
        ({"family_name": "x" * 201}, {"family_name": "too_long"}),
        ({"gender": "man"}, {"gender": "unknown_code"}),
        ({"gender": ["Man"]}, {"gender": "unknown_code"}),
        ({"age_band": "18"}, {"age_band": "unknown_code"}),
        ({"citizenship": "BY"}, {"citizenship": "unknown_code"}),
        ({"languages": "rus"}, {"languages": "not_a_list"}),
        ({"languages": ["ru"]}, {"languages": "unknown_code"}),
        ({"languages": ["rus"] * 101}, {"languages": "too_many"}),
        ({"phone": "1" * 51, "address": 5}, {"phone": "too_long", "address": "not_text"}),
    ],
)
def test_what_cannot_be_is_refused_by_field_and_nothing_is_kept(
    node: Node, fields: dict[str, Any], errors: dict[str, str]
) -> None:
    assert refusals(node, alias="Bluebird", **fields) == errors


def test_a_refusal_quotes_nothing_that_was_typed(node: Node) -> None:
    with pytest.raises(Invalid) as refused:
        register_person(node.database, {"alias": "canary-1\0", "canary-2": "canary-3"}, WORKER)

    assert "canary" not in str(refused.value)


def test_published_codes_are_kept_each_once(node: Node) -> None:
    given = {"alias": "B", "gender": "Woman", "citizenship": "BLR", "languages": ["bel", "rus", "bel"]}

    person = register_person(node.database, given, WORKER)

    assert (person.gender, person.citizenship, person.languages) == ("Woman", "BLR", ("bel", "rus"))
    assert person_page(node.database, person.id, WORKER).person == person


def test_people_are_found_by_any_part_in_any_case_and_by_case_reference(node: Node) -> None:
    person = node.registers(given_name="Алеся", family_name="Straße", alias="Bluebird")
    node.registers(given_name="Другая")
    case = open_case(node.database, person.id, WORKER)

    for q in ("алеся", "STRASSE", "blue", "ЛЕС stra", case.reference, case.reference[2:7].lower()):
        assert [found.id for found in find_people(node.database, q, WORKER)] == [person.id], q


def test_signs_of_a_pattern_are_only_signs(node: Node) -> None:
    node.registers(alias="Bluebird")

    assert find_people(node.database, "%", WORKER) == []
    assert find_people(node.database, "B_uebird", WORKER) == []


@pytest.mark.parametrize("q", ["\0", "\ud800", "x" * 201])
def test_a_question_that_cannot_be_asked_finds_nobody(node: Node, q: str) -> None:
    node.registers()

    assert find_people(node.database, q, WORKER) == []


def test_nothing_asked_finds_the_newest_fifty(node: Node) -> None:
    ids = [node.registers(alias=f"P{n}").id for n in range(52)]

    assert [person.id for person in find_people(node.database, "", WORKER)] == ids[:1:-1]


def test_for_others_and_for_administrators_the_person_is_not_there(node: Node) -> None:
    person = node.registers()

    for who in (STRANGER, ADMIN):
        assert find_people(node.database, "", who) == []
        with pytest.raises(NotFound, match="person_not_found"):
            person_page(node.database, person.id, who)
    with pytest.raises(NotFound, match="person_not_found"):
        person_page(node.database, new_id(), WORKER)


def test_an_administrator_registers_nobody(node: Node) -> None:
    with pytest.raises(NotPermitted):
        register_person(node.database, {"alias": "Bluebird"}, ADMIN)

    assert node.rows(people) == []
