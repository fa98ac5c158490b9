"""JSON: every shape HSDS allows gives the same directory."""

from pathlib import Path
from uuid import UUID

import pytest

from services.referral.hsds.tests.invented import (
    ELSEWHERE,
    ORGANISATION,
    SERVICE,
    Record,
    fatal,
    number,
    organization,
    read_json,
    service,
    term,
)

BARE = {key: value for key, value in service().items() if key != "organization"}
SHAPES = {
    "organization": organization(services=[BARE]),
    "service": service(),
    "service_at_location": {"id": number(1), "service": service(), "location": {"id": number(2)}},
    "array": [organization(), BARE | {"organization_id": ORGANISATION}],
    "repeated": [service(), service(id=ELSEWHERE), service()],
}


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_gives_the_organisation_and_its_service(tmp_path: Path, shape: str) -> None:
    result = read_json(tmp_path, SHAPES[shape])
    assert fatal(result) == []
    assert result.ok
    assert [str(one.id) for one in result.organisations] == [ORGANISATION]
    assert str(result.services[0].id) == SERVICE
    assert {str(one.organisation_id) for one in result.services} == {ORGANISATION}


def test_every_field_that_the_directory_needs_is_taken(tmp_path: Path) -> None:
    result = read_json(
        tmp_path,
        service(
            description="Advice, by an invented lawyer.",
            minimum_age=12,
            maximum_age=17,
            eligibility_description="Children on their own",
            interpretation_services="Tigrinya on request",
            wait_time="two days",
            service_areas=[{"id": number(1), "name": "Brest oblast"}, {"id": number(2), "name": "Minsk"}],
            languages=[{"id": number(3), "code": "be"}, {"id": number(4), "code": "tir"}],
            required_documents=[{"id": number(5), "document": "None"}],
            organization=organization(website="https://lantern.example", email="desk@lantern.example"),
        ),
    )
    offered, offerer = result.services[0], result.organisations[0]
    assert result.ok
    assert (offered.name, offered.status) == ("Advice desk", "active")
    assert offered.description == "Advice, by an invented lawyer."
    assert (offered.minimum_age, offered.maximum_age) == (12, 17)
    assert offered.eligibility_description == "Children on their own"
    assert (offered.interpretation_services, offered.wait_time) == ("Tigrinya on request", "two days")
    assert offered.areas == ("Brest oblast", "Minsk")
    assert offered.languages == ("bel", "tir")
    assert offered.required_documents == ("None",)
    assert (offerer.name, offerer.description) == ("Paper Lantern", "Invented; helps nobody.")
    assert (offerer.website, offerer.email) == ("https://lantern.example", "desk@lantern.example")


@pytest.mark.parametrize(("given", "taken"), [("ru", "rus"), ("UK", "ukr"), ("prs", "prs")])
def test_a_language_of_either_standard_is_taken_as_iso_639_3(tmp_path: Path, given: str, taken: str) -> None:
    result = read_json(tmp_path, service(languages=[{"id": number(1), "code": given}]))
    assert result.services[0].languages == (taken,)


def test_a_service_for_one_year_of_age_is_taken(tmp_path: Path) -> None:
    result = read_json(tmp_path, service(minimum_age=17, maximum_age=17))
    assert (result.services[0].minimum_age, result.services[0].maximum_age) == (17, 17)


def test_capacity_is_taken_with_its_unit_and_moment(tmp_path: Path) -> None:
    capacity = {"id": number(1), "unit": {"id": number(2), "name": "Bed"}, "available": 3, "maximum": 8}
    result = read_json(tmp_path, service(capacities=[capacity | {"updated": "2026-03-01T10:00:00+03:00"}]))
    (held,) = result.services[0].capacities
    assert (held.unit, held.available, held.maximum) == ("Bed", 3, 8)
    assert held.updated.isoformat() == "2026-03-01T10:00:00+03:00"


@pytest.mark.parametrize("named", [{"code": "shelter"}, {"name": "shelter"}])
def test_a_type_is_taken_from_the_code_or_the_name_of_a_term(tmp_path: Path, named: Record) -> None:
    attribute = {"id": number(1), "taxonomy_term": {"id": number(2), **named}}
    result = read_json(tmp_path, service(attributes=[attribute]))
    assert result.services[0].service_type == "shelter"
    assert "service_type" not in {problem.field for problem in result.problems}


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"name": "shelter", "description": "shelter"},
        {"attributes": [term("Shelter")]},
        {"attributes": [{"id": number(1), "value": "shelter"}]},
        {"attributes": [term("shelter"), term("food", 2)]},
    ],
    ids=["nothing", "only its name", "another spelling", "only a value", "two types"],
)
def test_a_type_is_never_guessed(tmp_path: Path, changes: Record) -> None:
    result = read_json(tmp_path, service(**changes))
    (problem,) = [problem for problem in result.problems if problem.field == "service_type"]
    assert result.ok
    assert result.services[0].service_type is None
    assert problem.reason.startswith("unclassified")
    assert problem.record == f"service {SERVICE}"


def test_no_place_more_exact_than_an_area_is_taken(tmp_path: Path) -> None:
    address = {"id": number(1), "address_1": "7 Hidden Street", "city": "Nowhere"}
    place = {"id": number(2), "name": "Hidden house", "addresses": [address], "latitude": 53.9}
    area = {"id": number(3), "name": "Minsk", "description": "7 Hidden Street", "extent": "POINT(27 53)"}
    result = read_json(
        tmp_path,
        [
            {"id": number(4), "service": service(service_areas=[area]), "location": place},
            organization(locations=[place]),
        ],
    )
    assert result.ok
    assert result.services[0].areas == ("Minsk",)
    assert "Hidden" not in repr(result)


def test_what_is_not_taken_is_said_once_per_table(tmp_path: Path) -> None:
    phones = [{"id": number(1), "number": "000"}]
    result = read_json(tmp_path, [service(phones=phones), service(id=ELSEWHERE, phones=phones)])
    told = [problem for problem in result.problems if problem.record == "phones"]
    assert result.ok
    assert len(told) == 1
    assert "not taken" in told[0].reason


def test_an_unknown_field_is_named_and_does_no_harm(tmp_path: Path) -> None:
    result = read_json(tmp_path, service(minimun_age=3))
    (problem,) = [problem for problem in result.problems if problem.field == "minimun_age"]
    assert result.ok
    assert (problem.file, problem.record) == ("directory.json", f"service {SERVICE}")


def test_text_that_begins_a_formula_is_kept_as_it_is(tmp_path: Path) -> None:
    texts = ['=HYPERLINK("http://x")', "+1", "-1", "@SUM(A1)", "<script>alert(1)</script>", "  spaced  "]
    result = read_json(tmp_path, [service(id=number(n), name=text) for n, text in enumerate(texts)])
    assert result.ok
    assert [one.name for one in result.services] == texts


@pytest.mark.parametrize("name", ["Дапамога", "እርዳታ", "مساعدة", "ကူညီ", "O", "🏠", "\u202eabc"])
def test_names_of_every_script_are_taken(tmp_path: Path, name: str) -> None:
    assert read_json(tmp_path, organization(name=name)).organisations[0].name == name


def test_ids_are_the_same_in_either_case(tmp_path: Path) -> None:
    given = "ABCDEFAB-1111-4111-8111-111111111111"
    offered = service(organization=organization(id=given), organization_id=given.lower())
    result = read_json(tmp_path, [offered, BARE | {"organization_id": given.lower(), "id": given}])
    assert result.ok
    assert result.services[0].organisation_id == UUID(given)


@pytest.mark.parametrize("order", [1, -1])
def test_copies_of_a_record_complete_each_other(tmp_path: Path, order: int) -> None:
    copies = [organization(), organization(email="desk@lantern.example")]
    result = read_json(tmp_path, copies[::order])
    assert result.ok
    assert [one.email for one in result.organisations] == ["desk@lantern.example"]


@pytest.mark.parametrize("table", ["languages", "service_areas", "required_documents"])
def test_an_item_without_its_text_is_left_out_and_named(tmp_path: Path, table: str) -> None:
    result = read_json(tmp_path, service(**{table: [{"id": number(1)}]}))
    (problem,) = [problem for problem in result.problems if number(1) in str(problem.record)]
    assert result.ok
    assert "not taken" in problem.reason
