"""Bad records: each is fatal, named by file, record, field and reason, without a word of its content."""

from pathlib import Path

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
    read_tables,
    service,
    tables,
)

AGE = "This must be a whole number from 0 to 150."
NO_UUID = "This is not a UUID."
MISSING = "The field is missing."
OFFERED = {"id": SERVICE, "organization_id": ORGANISATION, "name": "Advice desk", "status": "active"}

BAD_SERVICES: list[tuple[str, Record, str, str]] = [
    ("age below nought", {"minimum_age": -1}, "minimum_age", AGE),
    ("age above all", {"maximum_age": 151}, "maximum_age", AGE),
    ("age with a part", {"minimum_age": 0.5}, "minimum_age", AGE),
    ("age in words", {"minimum_age": "twelve"}, "minimum_age", AGE),
    ("age true", {"minimum_age": True}, "minimum_age", AGE),
    ("age in a list", {"minimum_age": [12]}, "minimum_age", AGE),
    ("age without end", {"maximum_age": 10**200}, "maximum_age", AGE),
    (
        "ages crossed",
        {"minimum_age": 18, "maximum_age": 17},
        "minimum_age",
        "The minimum age is above the maximum",
    ),
    ("no status", {"status": None}, "status", MISSING),
    ("blank status", {"status": " "}, "status", MISSING),
    (
        "unknown status",
        {"status": "secret"},
        "status",
        "This must be one of: active, inactive, defunct, temp",
    ),
    ("status in another case", {"status": "Active"}, "status", "This must be one of: active"),
    ("no name", {"name": None}, "name", MISSING),
    ("name no text", {"name": 7}, "name", "This must be text."),
    ("name with NUL", {"name": "se\0cret"}, "name", "This holds a character"),
    ("name with half a pair", {"name": "se\ud800cret"}, "name", "This holds a character"),
    ("endless name", {"name": "secret" * 2_000}, "name", "This is longer than 10000 characters."),
    ("no organization", {"organization": None}, "organization_id", MISSING),
    (
        "organization elsewhere",
        {"organization": None, "organization_id": ELSEWHERE},
        "organization_id",
        "This names",
    ),
    ("two organizations", {"organization_id": ELSEWHERE}, "organization_id", "This names another record"),
    ("organization no UUID", {"organization": None, "organization_id": "secret"}, "organization_id", NO_UUID),
    ("areas no list", {"service_areas": {"secret": 1}}, "service_areas", "This must be a list of records."),
]


@pytest.mark.parametrize(
    ("changes", "field", "reason"), [case[1:] for case in BAD_SERVICES], ids=[c[0] for c in BAD_SERVICES]
)
def test_a_bad_service_is_refused_by_its_field(
    tmp_path: Path, changes: Record, field: str, reason: str
) -> None:
    result = read_json(
        tmp_path,
        service(**changes) if "organization" not in changes else [organization(), service(**changes)],
    )
    (problem,) = fatal(result)
    assert not result.ok
    assert (problem.file, problem.record, problem.field) == ("directory.json", f"service {SERVICE}", field)
    assert problem.reason.startswith(reason)
    assert "secret" not in str(result.problems)


BAD_ORGANISATIONS: list[tuple[str, Record, str, str]] = [
    ("no name", {"name": ""}, "name", MISSING),
    ("no description", {"description": None}, "description", MISSING),
    ("script for a website", {"website": "javascript:secret()"}, "website", "This is not an address"),
    ("no scheme", {"website": "secret.example"}, "website", "This is not an address"),
    ("no e-mail address", {"email": "secret"}, "email", "This is not an e-mail address."),
]


@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    [case[1:] for case in BAD_ORGANISATIONS],
    ids=[c[0] for c in BAD_ORGANISATIONS],
)
def test_a_bad_organisation_is_refused_by_its_field(
    tmp_path: Path, changes: Record, field: str, reason: str
) -> None:
    (problem,) = fatal(read_json(tmp_path, organization(**changes)))
    assert (problem.record, problem.field) == (f"organization {ORGANISATION}", field)
    assert problem.reason.startswith(reason)
    assert "secret" not in str(problem)


@pytest.mark.parametrize(
    "given", ["secret", "{" + ORGANISATION + "}", ORGANISATION.replace("-", ""), 7, ["secret"], None]
)
def test_an_id_that_is_no_uuid_is_refused_and_not_repeated(tmp_path: Path, given: object) -> None:
    (problem,) = fatal(read_json(tmp_path, [organization(id=given)]))
    assert (problem.record, problem.field) == ("organization number 1", "id")
    assert problem.reason == (NO_UUID if given else MISSING)


BAD_ITEMS: list[tuple[str, str, object, str, str]] = [
    ("unknown language", "languages", {"code": "xx"}, "code", "This is not a language code"),
    ("withdrawn code", "languages", {"code": "iw"}, "code", "This is not a language code"),
    ("no language", "languages", {"code": "und"}, "code", "This is not a language code"),
    ("a tag", "languages", {"code": "sr-Latn"}, "code", "This is not a language code"),
    ("code no text", "languages", {"code": 7}, "code", "This is not a language code"),
    ("area no text", "service_areas", {"name": ["secret"]}, "name", "This must be text."),
    ("capacity below nought", "capacities", {"available": -1}, "available", "This must be a whole number"),
    (
        "moment without zone",
        "capacities",
        {"updated": "2026-01-01T10:00"},
        "updated",
        "This must be a date and time",
    ),
    ("item no record", "required_documents", "secret", "", "This must be an object with fields."),
]


@pytest.mark.parametrize(
    ("table", "changes", "field", "reason"), [case[1:] for case in BAD_ITEMS], ids=[c[0] for c in BAD_ITEMS]
)
def test_a_bad_item_of_a_service_is_refused(
    tmp_path: Path, table: str, changes: object, field: str, reason: str
) -> None:
    whole = {
        "id": number(1),
        "available": 1,
        "updated": "2026-01-01T10:00Z",
        "unit": {"id": number(2), "name": "Bed"},
    }
    known = whole if table == "capacities" else {"id": number(1)}
    item = known | changes if isinstance(changes, dict) else changes
    (problem,) = fatal(read_json(tmp_path, service(**{table: [item]})))
    assert (problem.field or "") == field
    assert problem.reason.startswith(reason)
    assert "secret" not in str(problem)


DANGLING: list[tuple[str, Record, str]] = [
    ("services", {**OFFERED, "organization_id": ELSEWHERE}, "organization_id"),
    ("service_areas", {"id": number(1), "service_id": ELSEWHERE, "name": "Minsk"}, "service_id"),
    ("languages", {"id": number(1), "service_id": ELSEWHERE, "code": "ru"}, "service_id"),
    ("required_documents", {"id": number(1), "service_id": ELSEWHERE, "document": "Any"}, "service_id"),
    (
        "service_at_location",
        {"id": number(1), "service_id": ELSEWHERE, "location_id": number(2)},
        "service_id",
    ),
    ("attributes", {"id": number(1), "link_id": ELSEWHERE, "link_entity": "service"}, "link_id"),
    ("attributes", {"id": number(1), "link_id": SERVICE, "taxonomy_term_id": ELSEWHERE}, "taxonomy_term_id"),
]


@pytest.mark.parametrize(("table", "row", "field"), DANGLING)
def test_a_reference_into_nothing_is_refused(tmp_path: Path, table: str, row: Record, field: str) -> None:
    (problem,) = fatal(read_tables(tmp_path, tables(**{table: [row]})))
    assert (problem.file, problem.field) == (f"{table}.csv", field)
    assert problem.reason.startswith("This names a ")


def test_a_bad_organisation_is_not_blamed_on_its_services(tmp_path: Path) -> None:
    result = read_json(tmp_path, service(organization=organization(name=None)))
    assert [(problem.record, problem.field) for problem in fatal(result)] == [
        (f"organization {ORGANISATION}", "name")
    ]


def test_copies_that_contradict_each_other_are_refused(tmp_path: Path) -> None:
    (problem,) = fatal(read_json(tmp_path, [organization(), organization(name="Another")]))
    assert (problem.record, problem.field) == (f"organization {ORGANISATION}", "name")


@pytest.mark.parametrize("table", ["organizations", "services"])
def test_an_id_given_twice_in_a_table_is_refused(tmp_path: Path, table: str) -> None:
    package = tables()
    package[table] = [*package[table], *package[table]]
    (problem,) = fatal(read_tables(tmp_path, package))
    assert (problem.file, problem.field) == (f"{table}.csv", "id")
    assert "row 3" in problem.reason


def test_a_row_without_an_id_is_named_by_the_number_a_spreadsheet_shows(tmp_path: Path) -> None:
    package = tables(services=[OFFERED, {**OFFERED, "id": ""}])
    (problem,) = fatal(read_tables(tmp_path, package))
    assert (problem.record, problem.field) == ("service row 3", "id")


@pytest.mark.parametrize(
    "record",
    [
        7,
        "secret",
        None,
        [],
        {},
        {"secret": 1},
        {"id": number(1), "location_type": "physical", "name": "A house"},
    ],
    ids=["number", "text", "null", "list", "nothing", "unknown", "location"],
)
def test_what_is_no_directory_record_is_refused(tmp_path: Path, record: object) -> None:
    (problem,) = fatal(read_json(tmp_path, [organization(), record]))
    assert problem.record == "record number 2"
    assert "secret" not in str(problem)


def test_one_bad_record_makes_the_whole_import_not_ok(tmp_path: Path) -> None:
    good = [service(id=number(count)) for count in range(5)]
    assert read_json(tmp_path, good).ok
    assert not read_json(tmp_path, [*good, service(status="secret")]).ok


def test_a_flood_of_bad_records_is_cut_short(tmp_path: Path) -> None:
    result = read_json(tmp_path, [{"id": "secret"}] * 5_000)
    assert len(result.problems) == 1_001
    assert result.problems[-1].reason == "There are more problems than are listed."
    assert result.services == ()


def test_a_flood_of_notes_is_counted_and_forbids_nothing(tmp_path: Path) -> None:
    result = read_json(tmp_path, organization(**{f"field_{count}": 1 for count in range(10_050)}))
    assert result.ok
    assert len(result.problems) == 10_001
    assert result.problems[-1].reason == "50 more notes are left out."
