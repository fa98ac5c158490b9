"""The real command at a node: what comes in from other systems, and what goes out to them."""

import json
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from deploy.composition import open_database, scribe_of
from services.intake.domain import Role
from services.intake.interchange.tests.bundles import changed, from_elsewhere
from services.intake.usecases.staff import NewStaff, add_staff
from shared.sealing import read_key_file
from tests.in_process import throughline
from tests.integration import test_command_line
from tests.integration.test_command_line import ERROR, SECRET, refuses

node = test_command_line.node  #: the settings of a node's worker
CHECKED = 2


@pytest.fixture
def staffed(node: dict[str, str]) -> dict[str, str]:
    """The node, with a case worker and an auditor."""
    throughline("migrate", "intake", **node)
    scribe = scribe_of("intake", node["org"], read_key_file(Path(node["key_file"])))
    url = node["intake_database_url"]
    with closing(open_database("intake", url, sender=node["org"], scribe=scribe)) as database:
        for name, role in (("olena", Role.CASE_WORKER), ("vera", Role.AUDITOR)):
            add_staff(database, NewStaff(name, "seven quiet lanterns", role, name), org=node["org"])
    return node


def count(node: dict[str, str], table: str) -> int:
    with closing(create_engine(node["intake_database_url"]).connect()) as connection:
        return int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())  # noqa: S608 - ours


def kept_in(folder: Path, bundle: object) -> str:
    path = folder / "bundle.json"
    path.write_text(json.dumps(bundle))
    return str(path)


def test_a_bundle_comes_in_once(staffed: dict[str, str], tmp_path: Path) -> None:
    path = kept_in(tmp_path, from_elsewhere(given_name=SECRET))

    said = [throughline("referral", "import", path, "--as", "olena", **staffed) for _ in range(2)]

    assert [json.loads(one.stdout)["outcome"] for one in said] == ["registered", "known"], said[0].stderr
    assert count(staffed, "people") == 1
    assert SECRET not in "".join(one.stdout + one.stderr for one in said)


def test_one_that_is_not_understood_waits_for_a_person(staffed: dict[str, str], tmp_path: Path) -> None:
    bundle = changed(from_elsewhere(given_name=SECRET), "Task", status=SECRET, businessStatus=None)

    said = throughline("referral", "import", kept_in(tmp_path, bundle), "--as", "olena", **staffed)

    assert said.returncode == CHECKED
    assert json.loads(said.stdout)["problems"] == [
        {"path": "Bundle.entry[1].resource.status", "reason": "unknown_code"}
    ]
    assert "waits on the page" in said.stderr
    assert (count(staffed, "imports"), count(staffed, "people")) == (1, 0)
    assert SECRET not in said.stdout + said.stderr


def test_what_is_no_bundle_is_refused(staffed: dict[str, str], tmp_path: Path) -> None:
    for written, naming in (('{"a": 1, "a": 2}', "names a key twice"), ("{}", "Bundle.entry: needed")):
        path = tmp_path / "bundle.json"
        path.write_text(written)
        said = throughline("referral", "import", str(path), "--as", "olena", **staffed)
        refuses(said, code=ERROR, naming=naming, remedy="")
    path.write_bytes(b"\xff")
    said = throughline("referral", "import", str(path), "--as", "olena", **staffed)
    refuses(said, code=ERROR, naming="UTF-8", remedy="save it as UTF-8")


@pytest.mark.parametrize(("name", "remedy"), [("nobody", "user list"), ("vera", "name a case worker")])
def test_somebody_has_to_work_on_it(staffed: dict[str, str], tmp_path: Path, name: str, remedy: str) -> None:
    said = throughline("referral", "import", kept_in(tmp_path, {}), "--as", name, **staffed)
    refuses(said, code=ERROR, naming=name, remedy=remedy)


def test_a_referral_that_there_is_not_cannot_be_exported(staffed: dict[str, str]) -> None:
    id_ = "018f0000-0000-7000-8000-00000000000a"
    refuses(
        throughline("referral", "export", id_, **staffed), code=ERROR, naming=id_, remedy="see throughline"
    )


LIST = f"\ufeffreference;alias\n1;{SECRET}\n2;=1+1\n"


def test_a_list_of_cases_is_looked_at_and_then_comes_in_once(staffed: dict[str, str], tmp_path: Path) -> None:
    path = tmp_path / "cases.csv"
    path.write_text(LIST, "utf-8")
    words = ("case", "import", str(path), "--as", "olena")

    dry = throughline(*words, "--dry-run", **staffed)
    assert (dry.returncode, count(staffed, "cases")) == (0, 0), dry.stderr
    said = [throughline(*words, **staffed) for _ in range(2)]

    assert "Would be added: 2. Here already: 0." in dry.stderr
    assert [
        "Added: 2. Here already: 0." in said[0].stderr,
        "Added: 0. Here already: 2." in said[1].stderr,
    ] == [True] * 2
    assert count(staffed, "cases") == 2


def test_problems_of_a_list_are_told_by_row_and_column_and_what_to_do(
    staffed: dict[str, str], tmp_path: Path
) -> None:
    path = tmp_path / "cases.csv"
    path.write_text(LIST + f"3;Stork;{SECRET}\n2;{SECRET}\n", "utf-8")

    said = throughline("case", "import", str(path), "--as", "olena", **staffed)
    as_json = throughline("case", "import", str(path), "--as", "olena", "--json", **staffed)

    assert (said.returncode, as_json.returncode, count(staffed, "cases")) == (CHECKED, CHECKED, 0)
    assert "give each row a reference of its own" in said.stdout
    assert [(p["row"], p["column"], p["reason"]) for p in json.loads(as_json.stdout)["problems"]] == [
        (3, "reference", "reference_twice"),
        (4, "", "wrong_number_of_cells"),
        (5, "reference", "reference_twice"),
    ]
    assert SECRET not in said.stdout + said.stderr + as_json.stdout


def test_a_list_that_is_too_large_is_not_read(staffed: dict[str, str], tmp_path: Path) -> None:
    path = tmp_path / "cases.csv"
    path.write_bytes(b"x" * 5_000_001)
    said = throughline("case", "import", str(path), "--as", "olena", **staffed)
    refuses(said, code=ERROR, naming="5,000,000 bytes", remedy="divide it")
