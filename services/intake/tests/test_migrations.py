"""The database as migrations make it is the one that the code knows."""

from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from services.intake import storage
from shared.database import Database
from shared.migrations import check, differences, upgrade
from shared.schema_version import DatabaseTooNew, DatabaseTooOld

INTAKE = "services.intake"


def execute(url: str, statement: str) -> None:
    database = Database(url)
    with database.transaction() as tx:
        tx.execute(text(statement))
    database.close()


def test_the_migrated_schema_equals_the_tables(sqlite_url: str) -> None:
    upgrade(INTAKE, sqlite_url)

    assert differences(INTAKE, sqlite_url) == []
    check(INTAKE, sqlite_url)


@pytest.mark.parametrize(
    "statement",
    ["DROP TABLE link", "DROP INDEX ix_needs_case_id", "ALTER TABLE people ADD COLUMN shoe_size INTEGER"],
)
def test_a_difference_is_seen(sqlite_url: str, statement: str) -> None:
    upgrade(INTAKE, sqlite_url)
    execute(sqlite_url, statement)

    assert len(differences(INTAKE, sqlite_url)) == 1


def test_migrating_again_changes_nothing(sqlite_url: str) -> None:
    upgrade(INTAKE, sqlite_url)
    execute(sqlite_url, "INSERT INTO node VALUES ('harbour-house', '2026-03-02')")

    upgrade(INTAKE, sqlite_url)

    database = Database(sqlite_url)
    with database.reading() as tx:
        assert tx.execute(storage.metadata.tables["node"].select()).one().org == "harbour-house"
    database.close()


def test_a_file_that_is_made_is_its_owners_alone_and_one_that_is_there_is_not_changed(tmp_path: Path) -> None:
    made, there = tmp_path / "made.db", tmp_path / "there.db"
    there.touch()
    there.chmod(0o640)

    for file in (made, there):
        upgrade(INTAKE, f"sqlite:///{file}")

    assert [file.stat().st_mode & 0o777 for file in (made, there)] == [0o600, 0o640]


def test_one_that_root_makes_belongs_to_whom_its_folder_belongs_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: dict[Path, tuple[int, int]] = {}
    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.setattr("os.chown", lambda path, *to: given.update({Path(path): to}))

    upgrade(INTAKE, f"sqlite:///{tmp_path / 'node.db'}")

    assert given == {tmp_path / "node.db": (tmp_path.stat().st_uid, tmp_path.stat().st_gid)}
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    upgrade(INTAKE, f"sqlite:///{tmp_path / 'other.db'}")
    assert len(given) == 1, "nobody else can give a file away"


def test_where_there_is_no_folder_the_database_itself_says_so(tmp_path: Path) -> None:
    with pytest.raises(OperationalError, match="unable to open"):
        upgrade(INTAKE, f"sqlite:///{tmp_path / 'none' / 'node.db'}")


def test_a_database_newer_than_the_code_is_left_alone(sqlite_url: str) -> None:
    upgrade(INTAKE, sqlite_url)
    execute(sqlite_url, "UPDATE alembic_version SET version_num = '9999'")

    for refuse in (upgrade, check):
        with pytest.raises(DatabaseTooNew, match="newer version"):
            refuse(INTAKE, sqlite_url)


def test_an_empty_database_is_too_old(sqlite_url: str) -> None:
    with pytest.raises(DatabaseTooOld, match="throughline migrate"):
        check(INTAKE, sqlite_url)
