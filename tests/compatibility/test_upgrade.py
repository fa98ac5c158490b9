"""``throughline upgrade`` on the node that a released version left: all of it or nothing, and nothing lost."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from alembic import op
from sqlalchemy import text

from deploy.backup.copies import look_at, path_of
from deploy.upgrading import RELEASED
from services.intake.domain import Actor, Role
from services.intake.usecases.node import beat
from services.intake.usecases.people import find_people
from shared.database import Database
from shared.migrations import check
from shared.schema_version import newest_of
from shared.sealing import OwnKeys, write_key_file
from shared.testing.postgres import Postgres, fresh_database
from tests.compatibility import test_databases
from tests.compatibility.release import Release
from tests.compatibility.test_backups import ORG, settings
from tests.compatibility.test_databases import ENGINES
from tests.in_process import throughline
from tests.integration.test_backup import opened
from tests.integration.test_command_line import refuses

release = test_databases.release
NODE = "services.intake"
WORKER = Actor("alena", Role.CASE_WORKER, ORG)
LAST = "activities"  #: a table that the last steps make


@pytest.fixture(params=ENGINES)
def url(
    request: pytest.FixtureRequest, release: Release, tmp_path: Path, postgres: Postgres
) -> Iterator[str]:
    """The database as it was left."""
    if request.param == "sqlite":
        (tmp_path / "data").mkdir()
        path = tmp_path / "data" / "node.db"
        release.restore(ORG, f"sqlite:///{path}")
        path.chmod(0o600)
        yield f"sqlite:///{path}"
        return
    with fresh_database(postgres) as made:
        release.restore(ORG, made)
        yield made


@pytest.fixture
def node(release: Release, url: str, tmp_path: Path) -> dict[str, str]:
    """The settings of both its processes and of backups."""
    return settings_of(release, tmp_path, url)


def settings_of(release: Release, folder: Path, url: str) -> dict[str, str]:
    (folder / "backups").mkdir()
    return settings(release, folder, url) | {
        "org_name": "Harbour House",
        "amqp_url": "amqp://a:b@127.0.0.1:1/",
        "public_url": "http://127.0.0.1:8000",
        "secret_key": "0" * 32,
    }


def backups(node: dict[str, str]) -> list[Path]:
    return list(Path(node["backup_folder"]).iterdir())


def test_it_is_said_before_and_nothing_is_changed(release: Release, node: dict[str, str], url: str) -> None:
    before = look_at(url)

    said = throughline("upgrade", "--check", **node)

    assert said.returncode == 0, said.stdout + said.stderr
    assert f"{before[0]} (version {release.version}) → {newest_of(NODE)}" in said.stdout
    assert f"{sum(before[1].values())} rows" in said.stdout
    assert "MB are needed" in said.stdout
    assert (look_at(url), backups(node)) == (before, [])


def test_it_is_upgraded_once_with_a_backup_of_before(
    release: Release, node: dict[str, str], url: str, tmp_path: Path
) -> None:
    assert RELEASED[look_at(url)[0]] == release.version
    rows = look_at(url)[1]

    said, again = throughline("upgrade", **node), throughline("upgrade", **node)

    assert (said.returncode, again.returncode) == (0, 0), said.stdout + said.stderr
    assert "Upgraded and verified" in said.stdout
    assert "Upgraded" not in again.stdout
    is_upgraded(node, rows)
    [backup] = backups(node)
    drill = throughline(
        "restore", str(backup), "--identity", str(tmp_path / "first"), "--verify-only", **node
    )
    assert drill.returncode == 0, drill.stderr


def is_upgraded(node: dict[str, str], rows: dict[str, int]) -> None:
    """It is of this version, no table has fewer rows, and its people lie sealed and can be read."""
    check(NODE, node["intake_database_url"])
    now = look_at(node["intake_database_url"])[1]
    assert {name for name, count in rows.items() if now[name] < count} == set()
    with closing(opened(node)) as database:
        assert {person.missing for person in find_people(database, "", WORKER)} == {None}


def test_not_with_another_key(node: dict[str, str]) -> None:
    assert throughline("upgrade", **node).returncode == 0
    key_file = Path(node["key_file"])
    key_file.unlink()
    write_key_file(key_file, OwnKeys.generate())

    refuses(throughline("upgrade", "--check", **node), naming=str(key_file), remedy="restore the key file")


def test_not_while_the_worker_lives(node: dict[str, str], url: str) -> None:
    with closing(opened(node)) as database:
        beat(database, "running")
    before = look_at(url)

    said = throughline("upgrade", **node)

    refuses(said, code=2, naming="nothing was changed", remedy="said above")
    assert "stop throughline run intake" in said.stdout
    assert (look_at(url), backups(node)) == (before, [])


def test_not_without_a_backup(node: dict[str, str], url: str) -> None:
    before = look_at(url)
    del node["backup_recipients"]

    said = throughline("upgrade", **node)

    refuses(said, code=2, naming="nothing was changed", remedy="said above")
    assert "THROUGHLINE_BACKUP_RECIPIENTS is missing" in said.stdout
    assert "docs/how-to/back-up-and-restore.md" in said.stdout
    assert look_at(url) == before


def test_not_without_the_settings_of_the_pages(node: dict[str, str]) -> None:
    del node["org_name"]

    refuses(throughline("upgrade", "--check", **node), naming="THROUGHLINE_ORG_NAME", remedy="set it to")


def test_not_where_there_is_no_database(node: dict[str, str], tmp_path: Path) -> None:
    node["intake_database_url"] = f"sqlite:///{tmp_path / 'nowhere.db'}"

    said = throughline("upgrade", **node)

    refuses(said, code=2, naming="nothing was changed", remedy="said above")
    assert "nowhere.db is not there" in said.stdout


def test_not_one_of_a_newer_version(node: dict[str, str], url: str) -> None:
    with closing(Database(url)) as database, database.transaction() as tx:
        tx.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    said = throughline("upgrade", **node)

    refuses(said, code=2, naming="nothing was changed", remedy="said above")
    assert "written by a newer version" in said.stdout


def test_not_where_there_is_no_room(node: dict[str, str], url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deploy.upgrading.FOR_BACKUP", 10**12)
    before = look_at(url)

    said = throughline("upgrade", "--check", **node)

    assert said.returncode == 2
    assert "make room" in said.stdout
    assert look_at(url) == before


def in_the_last_step(monkeypatch: pytest.MonkeyPatch, happens: Any) -> None:
    """Let that happen when the migrations make the last table."""
    made = op.create_table

    def making(name: str, *columns: Any, **how: Any) -> Any:
        if name == LAST:
            happens()
        return made(name, *columns, **how)

    monkeypatch.setattr(op, "create_table", making)


def breaks() -> None:
    raise ValueError("a value that nobody may see")


FAILING = {
    "a migration breaks": (breaks, "a migration failed (ValueError)"),
    "rows are lost": (lambda: op.execute("DELETE FROM moves"), "no migration says so: moves"),
}


@pytest.mark.parametrize("why", FAILING)
def test_a_step_that_fails_leaves_all_as_it_was(
    node: dict[str, str], url: str, monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    happens, named = FAILING[why]
    before = look_at(url)
    with monkeypatch.context() as broken:
        in_the_last_step(broken, happens)

        said = throughline("upgrade", **node)

    refuses(said, code=1, naming=named, remedy="the database is as it was")
    assert "nobody may see" not in said.stdout + said.stderr
    after = look_at(url)
    assert after == (before[0], before[1] | {"link": after[1]["link"]})  # it notes its backup there
    assert len(backups(node)) == 1
    assert throughline("upgrade", **node).returncode == 0


def test_one_that_was_not_whole_before_is_left_alone(node: dict[str, str], url: str) -> None:
    damage(url)
    before = look_at(url)[0]

    said = throughline("upgrade", **node)

    refuses(said, code=1, naming="would not be whole", remedy="the database is as it was")
    assert look_at(url)[0] == before


def damage(url: str) -> None:
    """A row that refers to nothing; in PostgreSQL, which lets none be, a constraint that was never looked at."""
    path = path_of(url)
    if path is not None:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("DELETE FROM people WHERE id IN (SELECT person_id FROM cases LIMIT 1)")
            connection.commit()
        return
    with closing(Database(url)) as database, database.transaction() as tx:
        tx.execute(text("ALTER TABLE people ADD CONSTRAINT never CHECK (id IS NULL) NOT VALID"))
