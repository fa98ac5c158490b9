"""The tabular package: a folder or a zip of CSV files gives what the JSON of the same records gives."""

import zipfile
from pathlib import Path

import pytest

from services.referral.hsds import Import, read
from services.referral.hsds.tests.invented import (
    ELSEWHERE,
    ORGANISATION,
    SERVICE,
    SERVICE_TYPES,
    fatal,
    number,
    organization,
    read_json,
    read_tables,
    service,
    table,
    tables,
    term,
)

CLASSIFIED = tables(
    service_areas=[{"id": number(1), "service_id": SERVICE, "name": "Grodno oblast"}],
    languages=[{"id": number(2), "service_id": SERVICE, "code": "uk"}],
    required_documents=[{"id": number(3), "service_id": SERVICE, "document": "None, at first"}],
    attributes=[
        {"id": number(4), "link_id": SERVICE, "link_entity": "service", "taxonomy_term_id": number(504)}
    ],
    taxonomy_terms=[{"id": number(504), "code": "food", "name": "A name"}],
    units=[{"id": number(6), "name": "Bed"}],
    service_capacity=[
        {
            "id": number(5),
            "service_id": SERVICE,
            "unit_id": number(6),
            "available": "2",
            "updated": "2026-01-01T00:00:00Z",
        }
    ],
)


def _read_zip(folder: Path, members: dict[str, str]) -> Import:
    path = folder / "package.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return read(path, service_types=SERVICE_TYPES)


def test_the_package_and_the_json_of_the_same_records_give_the_same(tmp_path: Path) -> None:
    capacity = {
        "id": number(5),
        "unit": {"id": number(6), "name": "Bed"},
        "available": 2,
        "updated": "2026-01-01T00:00:00Z",
    }
    as_json = read_json(
        tmp_path,
        service(
            service_areas=[{"id": number(1), "name": "Grodno oblast"}],
            languages=[{"id": number(2), "code": "uk"}],
            required_documents=[{"id": number(3), "document": "None, at first"}],
            attributes=[term("food", 4)],
            capacities=[capacity],
        ),
    )
    as_csv = read_tables(tmp_path, CLASSIFIED)
    assert as_csv.problems == as_json.problems == ()
    assert as_csv.organisations == as_json.organisations
    assert as_csv.services == as_json.services
    assert as_csv.services[0].service_type == "food"


@pytest.mark.parametrize("ending", [".csv", ".CSV", ""])
def test_a_table_is_known_by_its_name_with_or_without_the_ending(tmp_path: Path, ending: str) -> None:
    result = read_tables(tmp_path, CLASSIFIED, ending)
    assert result.problems == ()
    assert result.services[0].areas == ("Grodno oblast",)


@pytest.mark.parametrize("folder", ["", "export/", "export\\"])
def test_a_zip_is_read_with_or_without_a_folder_inside(tmp_path: Path, folder: str) -> None:
    members = {f"{folder}{name}.csv": table(rows) for name, rows in CLASSIFIED.items()}
    result = _read_zip(tmp_path, members)
    assert result.problems == ()
    assert result.services == read_tables(tmp_path, CLASSIFIED).services


def test_a_folder_of_json_files_is_one_import(tmp_path: Path) -> None:
    read_json(tmp_path, service(organization=None, organization_id=ORGANISATION))
    (tmp_path / "directory.json").rename(tmp_path / "offered.json")
    read_json(tmp_path, organization())
    result = read(tmp_path, service_types=SERVICE_TYPES)
    assert result.ok
    assert (len(result.organisations), len(result.services)) == (1, 1)


def test_a_mark_for_the_byte_order_and_blank_rows_do_no_harm(tmp_path: Path) -> None:
    content = "\ufeff" + table([organization()]) + "\r\n,,\r\n"
    (tmp_path / "organizations.csv").write_text(content, encoding="utf-8", newline="")
    result = read(tmp_path, service_types=SERVICE_TYPES)
    assert result.problems == ()
    assert len(result.organisations) == 1


def test_an_age_is_read_from_text(tmp_path: Path) -> None:
    (offered,) = tables()["services"]
    result = read_tables(tmp_path, tables(services=[{**offered, "minimum_age": "0", "maximum_age": "17.0"}]))
    assert (result.services[0].minimum_age, result.services[0].maximum_age) == (0, 17)


def test_a_language_of_a_telephone_is_no_language_of_the_service(tmp_path: Path) -> None:
    spoken = [{"id": number(1), "service_id": "", "phone_id": number(2), "code": "nonsense"}]
    result = read_tables(tmp_path, tables(languages=spoken))
    assert result.ok
    assert result.services[0].languages == ()


def test_an_attribute_of_something_else_classifies_nothing(tmp_path: Path) -> None:
    other = [
        {"id": number(1), "link_id": ELSEWHERE, "link_entity": "location", "taxonomy_term_id": number(2)}
    ]
    result = read_tables(tmp_path, tables(attributes=other))
    assert result.ok
    assert result.services[0].service_type is None


def test_an_area_of_no_service_is_named_and_left_out(tmp_path: Path) -> None:
    areas = [{"id": number(1), "service_id": "", "name": "Minsk"}]
    result = read_tables(tmp_path, tables(service_areas=areas))
    assert result.ok
    assert [problem.field for problem in result.problems if number(1) in str(problem.record)] == [
        "service_id"
    ]


def test_tables_columns_and_files_that_are_not_taken_are_named(tmp_path: Path) -> None:
    extra = tables(phones=[{"id": "any"}], nonsense=[{"id": "any"}])
    extra["organizations"] = [organization(colour="blue")]
    result = read_tables(tmp_path, extra)
    told = {(problem.file, problem.record, problem.field) for problem in result.problems}
    assert fatal(result) == []
    assert ("phones.csv", "phone", None) in told
    assert ("nonsense.csv", None, None) in told
    assert ("organizations.csv", "organization", "colour") in told


def test_a_description_of_the_package_is_no_record(tmp_path: Path) -> None:
    read_tables(tmp_path, CLASSIFIED)
    (tmp_path / "package" / "datapackage.json").write_text('{"resources": []}', encoding="utf-8")
    assert read(tmp_path / "package", service_types=SERVICE_TYPES).problems == ()
