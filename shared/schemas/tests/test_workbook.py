"""What is published of what a node stored, and what percentages are of."""

from collections import Counter

import pytest

from shared.schemas.workbook import (
    ANY,
    EXPLOITATION,
    MEANS,
    PUBLISHED_EXPLOITATION,
    PUBLISHED_MEANS,
    PUBLISHED_SECTORS,
    RELEASED,
    SECTORS,
    UNKNOWN,
    percentages,
    published,
    tables_of,
)


@pytest.mark.parametrize(
    ("dimension", "stored", "expected"),
    [
        ("exploitation_type", ("isSlaveryAndPractices", "isForcedLabour"), ("isForcedLabour",)),
        ("exploitation_type", ("isForcedMarriage", "isOrganRemoval"), ("isOtherExploit",)),
        ("means", ("TakesEarnings", "DebtBondage", "RestrictsFinancialAccess"), ("meansDebtBondageEarnings",)),
        ("means", ("UsesChildren", "Other", "WithholdsDocuments"), ("meansThreats", "meansWithholdDocs")),
        ("means", ("NotSpecified",), ()),
        ("sector", ("Hospitality", "Begging"), ("typeOfLabourHospitality",)),
    ],
)  # fmt: skip
def test_a_person_is_in_a_merged_code_once(dimension: str, stored: tuple[str, ...], expected: object) -> None:
    assert published(dimension, stored) == expected


@pytest.mark.parametrize(
    ("dimension", "stored", "codes"),
    [
        ("exploitation_type", EXPLOITATION, PUBLISHED_EXPLOITATION),
        ("means", MEANS, PUBLISHED_MEANS),
        ("sector", SECTORS, PUBLISHED_SECTORS),
    ],
)
def test_what_is_stored_merges_to_what_is_published_and_all_of_it(
    dimension: str, stored: tuple[str, ...], codes: tuple[str, ...]
) -> None:
    assert set(published(dimension, stored)) == set(codes)


def test_percentages_are_of_people_with_a_type_and_not_of_types() -> None:
    """The codebook's example: four people, five types, two without any."""
    one, other = "isForcedLabour", "isSexualExploit"
    people = [(one,), (one, other), (other,), ("isOtherExploit",), (), ()]
    counts = Counter(code for types in people for code in (*types, ANY if types else UNKNOWN))
    found = percentages(counts)
    assert found == {"isForcedLabour": 50.0, "isSexualExploit": 50.0, "isOtherExploit": 25.0}


def test_of_nobody_there_are_no_percentages() -> None:
    assert percentages({"isForcedLabour": 0, UNKNOWN: 7}) == {}


def test_each_version_of_the_workbook_has_its_tables() -> None:
    first, second = ({table.name for table in tables_of(version)} for version in (1, 2))
    assert "persons_by_exploitation" in first - second
    assert {"persons_by_means", "activities"} <= second - first


def test_what_is_released_is_made_of_declared_dimensions() -> None:
    for one in RELEASED.values():
        assert set(one.dimensions) <= set(one.table.dimensions)


def test_needs_are_released_as_met_or_not_met_and_those_no_longer_there_are_left_out() -> None:
    needs = RELEASED["needs_met_and_unmet"]
    assert needs.codes_of(("food", "planned")) == ("food", "unmet")
    assert needs.codes_of(("food", "met")) == ("food", "met")
    assert needs.codes_of(("food", "no_longer_needed")) is None
    assert RELEASED["persons_by_gender_and_age"].codes_of(("presumed_victim", "Man", "48+")) == ("Man", "48+")
