"""A list of cases comes in whole or not at all, once, and its problems are told by row and column."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain import Action
from services.intake.interchange.case_file import COLUMNS, MOST_ROWS, read_cases
from services.intake.interchange.case_import import Brought, import_cases
from services.intake.interchange.tests.bundles import AT
from services.intake.interchange.tests.test_importing import audited
from services.intake.storage.interchange_tables import import_sources
from services.intake.storage.staff_tables import file_workers
from services.intake.storage.tables import cases, needs, people
from services.intake.tests.node import ADMIN, COLLEAGUE, FOCAL_POINT, WORKER, Node
from services.intake.usecases.people import find_people, person_page
from services.intake.usecases.refusals import Conflict, NotPermitted

SECRET = "Kryptonym"
WHOLE = """\
reference,worker,alias,given_name,family_name,birth_date,gender,citizenship,languages,phone,address,conclusion,needs
A-1,,Stork,Оксана,Приклад,1999-12-31,Woman,UKR,ukr|rus,+0 000,"Nowhere 1, Minsk",presumed_victim,food:high|shelter:low
A-2,daria,Heron,,,,,,,,,,
"""


def takes(node: Node, said: str, **how: Any) -> Brought:
    return import_cases(node.database, said, WORKER, **how)


def problems(said: str) -> list[tuple[int, str, str]]:
    found = read_cases(said, ["olena"], AT.date())
    return [(p.row, p.column, p.reason) for p in found.problems]


def test_a_list_comes_in_with_all_it_says(staffed: Node) -> None:
    assert takes(staffed, WHOLE) == Brought(2, 0, ())

    heron, stork = find_people(staffed.database, "", FOCAL_POINT)
    file = person_page(staffed.database, stork.id, WORKER)
    assert (stork.name, stork.languages, stork.address) == (
        "Оксана Приклад",
        ("ukr", "rus"),
        "Nowhere 1, Minsk",
    )
    assert [(need.service_type, need.priority) for need in file.needs] == [
        ("food", "high"),
        ("shelter", "low"),
    ]
    assert file.cases[0].conclusion == "presumed_victim"
    assert file.consents == ()
    assert person_page(staffed.database, heron.id, COLLEAGUE).person.alias == "Heron"
    assert {row["username"] for row in staffed.rows(file_workers)} == {"olena", "daria"}
    assert ("olena", Action.CASES_IMPORTED) in audited(staffed)
    assert staffed.said() == []


def test_twice_is_as_once_also_when_more_is_in_it(staffed: Node) -> None:
    takes(staffed, WHOLE)
    assert takes(staffed, WHOLE) == Brought(0, 2, ())
    assert takes(staffed, WHOLE + "A-3,,Crane,,,,,,,,,,\n") == Brought(1, 2, ())
    assert len(staffed.rows(cases)) == len(staffed.rows(import_sources)) == 3


def test_a_dry_run_says_the_same_and_changes_nothing(staffed: Node) -> None:
    before = audited(staffed)
    assert takes(staffed, WHOLE, dry_run=True) == Brought(2, 0, ())
    wrong = takes(staffed, WHOLE + "A-3,,,,,,,,,,,,\n", dry_run=True)

    assert [(p.row, p.column, p.reason) for p in wrong.problems] == [(4, "alias", "name_needed")]
    assert staffed.rows(people) == []
    assert audited(staffed) == before


def test_one_wrong_row_keeps_all_of_them_out_unless_somebody_says_so(staffed: Node) -> None:
    said = WHOLE + "A-3,,,,,,,,,,,,\n"
    assert (takes(staffed, said).added, staffed.rows(people)) == (0, [])
    assert takes(staffed, said, good_rows_only=True).added == 2
    assert len(staffed.rows(people)) == 2


def test_who_has_no_cases_brings_none_in(staffed: Node) -> None:
    with pytest.raises(NotPermitted):
        import_cases(staffed.database, WHOLE, ADMIN)


def test_one_that_somebody_else_brings_in_meanwhile_undoes_everything(
    staffed: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.intake.interchange.case_import.rows.claim_source", lambda *_: False)
    with pytest.raises(Conflict):
        takes(staffed, WHOLE)
    assert staffed.rows(people) == staffed.rows(needs) == []


@pytest.mark.parametrize("name", ["vera", "root", "nobody", "olena "])
def test_a_worker_is_somebody_who_works_with_cases(staffed: Node, name: str) -> None:
    found = takes(staffed, f"reference,alias,worker\n1,Stork,{name}\n", dry_run=True)
    assert [p.reason for p in found.problems] == ([] if name.strip() == "olena" else ["unknown_code"])


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("", [(1, "reference", "column_missing")]),
        (f"{SECRET},reference\n", [(1, "column 1", "unknown_column")]),
        ("reference,alias,alias\n", [(1, "column 2", "column_twice"), (1, "column 3", "column_twice")]),
        ("alias\nStork\n", [(1, "reference", "column_missing")]),
        (f"reference,alias\n1,{SECRET},x\n", [(2, "", "wrong_number_of_cells")]),
        (f'reference,alias\n1,Stork\n2,"{SECRET}\n', [(3, "", "not_csv")]),
        ("reference,alias\n1,Stork\n1,Heron\n", [(n, "reference", "reference_twice") for n in (2, 3)]),
        (f"reference,alias\n,{SECRET}\n", [(2, "reference", "needed")]),
        ("reference,alias,birth_date\n1,Stork,31.12.1999\n", [(2, "birth_date", "not_a_date")]),
        ("reference,alias,birth_date\n1,Stork,2027-01-01\n", [(2, "birth_date", "in_the_future")]),
        (f"reference,alias,gender\n1,Stork,{SECRET}\n", [(2, "gender", "unknown_code")]),
        (f"reference,alias,citizenship,languages\n1,Stork,UA,{SECRET}|rus\n",
         [(2, "citizenship", "unknown_code"), (2, "languages", "unknown_code")]),
        ("reference,alias,needs\n1,Stork,food\n", [(2, "needs", "unknown_code")]),
        (f"reference,alias\n1,{'x' * 201}\n", [(2, "alias", "too_long")]),
        (
            f"reference,alias,conclusion,exploitation\n1,{SECRET},maybe,x\n2,,,\n",
            [(2, "conclusion", "unknown_code"), (2, "exploitation", "unknown_code"), (3, "alias", "name_needed")],
        ),
    ],
)  # fmt: skip
def test_every_problem_of_every_row_is_told_and_no_value(
    said: str, found: list[tuple[int, str, str]]
) -> None:
    assert problems(said) == found
    assert SECRET not in str(found)


def test_a_file_has_so_many_rows_and_no_more() -> None:
    rows = "".join(f"{n},Stork\n" for n in range(MOST_ROWS + 1))
    assert problems(f"reference,alias\n{rows}") == [(MOST_ROWS + 2, "", "too_many_rows")]


@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_it_is_read_as_spreadsheets_write_it(mark: str, end: str) -> None:
    said = end.join([mark.join(["Reference ", "ALIAS"]), mark.join(["1", '"a\nb"']), mark.join(["", ""]), ""])
    [row] = read_cases(said, (), AT.date()).rows
    assert (row.row, row.reference, row.person["alias"]) == (2, "1", "a\nb")


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=200))
def test_whatever_a_name_begins_with_it_is_text(alias: str) -> None:
    said = 'reference,alias\n=1+1,"{}"\n'.format(alias.replace('"', '""'))
    found = read_cases(said, (), AT.date())

    if alias.strip():
        [row] = found.rows
        assert (row.reference, row.person["alias"]) == ("=1+1", alias.strip())
    else:
        assert [p.reason for p in found.problems] == ["name_needed"]


@pytest.mark.parametrize("alias", ["=cmd|' /C calc'!A0", "+375", "-1", "@sum", "মায়া", "\u202eabc"])
def test_a_formula_is_text(alias: str) -> None:
    [row] = read_cases(f'reference,alias\n-1,"{alias}"\n', (), AT.date()).rows
    assert row.person["alias"] == alias


def test_the_columns_are_those_of_the_page() -> None:
    from shared.testing.tree import ROOT

    page = (ROOT / "docs" / "reference" / "interchange.md").read_text("utf-8")
    assert [name for name in COLUMNS if f"| `{name}` |" not in page] == []
