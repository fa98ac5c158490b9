"""Backup and restore by the real command, on SQLite and PostgreSQL: all of it comes back, or it is said why not."""

import json
import shutil
import stat
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from deploy.backup import age
from deploy.backup.archive import unpack
from deploy.backup.copies import path_of
from deploy.composition import open_database, scribe_of
from services.intake.domain import Actor, Role
from services.intake.usecases.node import last_done
from services.intake.usecases.people import find_people, register_person
from shared.database import Database
from shared.sealing import OwnKeys, read_key_file, write_key_file
from tests.in_process import throughline
from tests.integration import test_command_line
from tests.integration.test_command_line import ERROR, SECRET, refuses

WORKER = Actor("olena", Role.CASE_WORKER, "harbour-house")
right = test_command_line.node  #: the settings of a node's worker


@pytest.fixture
def identities(tmp_path: Path) -> list[Path]:
    return [tmp_path / "first.identity", tmp_path / "second.identity"]


@pytest.fixture
def node(right: dict[str, str], identities: list[Path], tmp_path: Path, database_url: str) -> dict[str, str]:
    """A node with one person, and the settings by which it is backed up."""
    made = [throughline("backup", "--new-identity", str(path)).stdout.strip() for path in identities]
    told = right | {
        "intake_database_url": database_url,
        "backup_recipients": ";".join(made),
        "backup_folder": str(tmp_path / "backups"),
    }
    assert throughline("migrate", "intake", **told).returncode == 0
    with closing(opened(told)) as database:
        register_person(database, {"alias": SECRET}, WORKER)
    return told


def opened(node: dict[str, str]) -> Database:
    keys = read_key_file(Path(node["key_file"]))
    scribe = scribe_of("intake", node["org"], keys)
    return open_database("intake", node["intake_database_url"], sender=node["org"], scribe=scribe)


def backed_up(node: dict[str, str], *words: str) -> Path:
    said = throughline("backup", *words, **node)
    assert said.returncode == 0, said.stderr
    return Path(said.stdout.partition(" was written")[0])


def restored(
    node: dict[str, str], file: Path, identity: Path, *words: str
) -> subprocess.CompletedProcess[str]:
    return throughline("restore", str(file), "--identity", str(identity), *words, **node)


@pytest.fixture
def elsewhere(node: dict[str, str], request: pytest.FixtureRequest, tmp_path: Path, database_url: str) -> Any:
    """The same node on a clean machine: no database there yet."""
    if database_url.startswith("sqlite"):
        yield node | {"intake_database_url": f"sqlite:///{tmp_path / 'clean' / 'node.db'}"}
        return
    from shared.testing.postgres import fresh_database

    with fresh_database(request.getfixturevalue("postgres")) as url:
        yield node | {"intake_database_url": url}


def test_on_a_clean_machine_all_comes_back(
    node: dict[str, str], elsewhere: dict[str, str], identities: list[Path]
) -> None:
    file = backed_up(node)

    said = restored(elsewhere, file, identities[1])

    assert said.returncode == 0, said.stderr
    with closing(opened(elsewhere)) as database:
        assert [one.alias for one in find_people(database, "", WORKER)] == [SECRET]
    assert throughline("migrate", "intake", **elsewhere).returncode == 0
    verified = json.loads(throughline("audit", "verify", "--json", **elsewhere).stdout)
    assert {one["reason"] for one in verified["problems"]} == {"lost_in_restore"}
    if (file := path_of(elsewhere["intake_database_url"])) is not None:
        assert file.stat().st_mode & 0o777 == 0o600


def test_what_root_restores_belongs_to_whom_its_folder_belongs_to(
    node: dict[str, str], elsewhere: dict[str, str], identities: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    file, made = backed_up(node), path_of(elsewhere["intake_database_url"])
    given: list[tuple[bool, int, int]] = []
    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.setattr("os.chown", lambda _, *to: given.append((bool(made and made.exists()), *to)))

    assert restored(elsewhere, file, identities[0]).returncode == 0

    if made is not None:  # what PostgreSQL keeps belongs to PostgreSQL
        there = made.parent.stat()
        assert given == [(False, there.st_uid, there.st_gid)], "before it has its name"


def test_what_lies_in_it_is_nobodys_who_has_no_key(node: dict[str, str], identities: list[Path]) -> None:
    file = backed_up(node)

    assert file.stat().st_mode & 0o777 == 0o600
    assert SECRET.encode() not in file.read_bytes()
    assert [one.name for one in file.parent.iterdir()] == [file.name]


def test_the_keys_are_in_no_backup_of_data(
    node: dict[str, str], identities: list[Path], tmp_path: Path
) -> None:
    keys = read_key_file(Path(node["key_file"]))
    file, place = backed_up(node), tmp_path / "opened"
    place.mkdir()

    unpack(file, place, age.read_identities(identities[0]), org=node["org"])

    content = b"".join(one.read_bytes() for one in place.iterdir())
    for key in (*keys.storage, *(one.raw for one in keys.signing), *(one.raw for one in keys.sealing)):
        assert key not in content
        assert key.hex().encode() not in content


def test_the_keys_are_backed_up_apart_and_come_back(
    node: dict[str, str], identities: list[Path], tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text("0" * 32)
    node |= {"secret_key_file": str(tmp_path / "secret")}
    before = {name: Path(node[name]).read_bytes() for name in ("key_file", "network_file", "secret_key_file")}
    file = backed_up(node, "--keys")
    refuses_over = node | {"key_file": str(tmp_path / "other.key")}
    write_key_file(tmp_path / "other.key", OwnKeys.generate())

    refuses(
        restored(refuses_over, file, identities[0]), code=ERROR, naming="other.key", remedy="move it away"
    )
    for name in before:
        Path(node[name]).unlink()
    said = restored(node, file, identities[0])

    assert said.returncode == 0, said.stderr
    assert {name: Path(node[name]).read_bytes() for name in before} == before
    (usual := tmp_path / "usual").touch()
    rights = [Path(node[name]).stat().st_mode for name in before]
    assert rights == [stat.S_IFREG | 0o600, usual.stat().st_mode, stat.S_IFREG | 0o600]


def test_nothing_is_written_over(node: dict[str, str], identities: list[Path]) -> None:
    file = backed_up(node)

    refuses(
        restored(node, file, identities[0]), code=ERROR, naming="a database already", remedy="move it away"
    )

    with closing(opened(node)) as database:
        assert len(find_people(database, "", WORKER)) == 1


@pytest.mark.parametrize("left", [0.0, 0.2, 0.5, 0.999])
def test_one_that_is_cut_off(
    node: dict[str, str], elsewhere: dict[str, str], identities: list[Path], left: float
) -> None:
    file = backed_up(node)
    file.write_bytes(file.read_bytes()[: int(file.stat().st_size * left)])

    said = restored(elsewhere, file, identities[0])

    refuses(said, code=ERROR, naming=str(file), remedy="take another copy")
    is_empty(elsewhere)


def is_empty(node: dict[str, str]) -> None:
    """Nothing of a refused restore is left."""
    if node["intake_database_url"].startswith("sqlite"):
        folder = Path(node["intake_database_url"].removeprefix("sqlite:///")).parent
        assert not folder.exists() or list(folder.iterdir()) == []
        return
    from sqlalchemy import inspect

    with closing(Database(node["intake_database_url"])) as database, database.reading() as tx:
        assert inspect(tx.connection).get_table_names() == []


def test_with_a_key_that_is_not_a_recipients(
    node: dict[str, str], elsewhere: dict[str, str], tmp_path: Path
) -> None:
    file, third = backed_up(node), tmp_path / "third.identity"
    throughline("backup", "--new-identity", str(third))

    refuses(restored(elsewhere, file, third), code=ERROR, naming=str(file), remedy="another recipient")
    is_empty(elsewhere)


def test_another_organisations(
    node: dict[str, str], elsewhere: dict[str, str], identities: list[Path]
) -> None:
    said = restored(elsewhere | {"org": "echo-centre"}, backed_up(node), identities[0])

    refuses(said, code=ERROR, naming="a backup of harbour-house", remedy="check which is right")
    is_empty(elsewhere)


def test_one_of_a_newer_version(
    node: dict[str, str], elsewhere: dict[str, str], identities: list[Path]
) -> None:
    from sqlalchemy import text

    with closing(Database(node["intake_database_url"])) as database, database.transaction() as tx:
        tx.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    file = backed_up(node | {"org": "harbour-house"})

    refuses(
        restored(elsewhere, file, identities[0]), code=ERROR, naming="newer version", remedy="install that"
    )
    is_empty(elsewhere)


def test_without_the_key_that_sealed_it(
    node: dict[str, str], elsewhere: dict[str, str], identities: list[Path], tmp_path: Path
) -> None:
    file = backed_up(node)
    write_key_file(tmp_path / "other.key", OwnKeys.generate())

    said = restored(elsewhere | {"key_file": str(tmp_path / "other.key")}, file, identities[0])

    refuses(said, code=ERROR, naming="other.key", remedy="restore the backup of the keys first")
    is_empty(elsewhere)


def test_a_drill_restores_checks_and_leaves_nothing(node: dict[str, str], identities: list[Path]) -> None:
    file = backed_up(node)

    said = restored(node, file, identities[0], "--verify-only")

    assert said.returncode == 0, said.stderr
    assert "can be restored" in said.stdout
    assert [one.name for one in file.parent.iterdir()] == [file.name]
    with closing(opened(node)) as database:
        assert len(find_people(database, "", WORKER)) == 1
        drilled, made = last_done(database, "restore_drill"), last_done(database, "backup")
    assert drilled
    assert made
    assert drilled.seen_at > made.seen_at


def test_a_drill_of_one_that_is_damaged_is_noted_nowhere(
    node: dict[str, str], identities: list[Path]
) -> None:
    file = backed_up(node)
    file.write_bytes(file.read_bytes()[:-10])

    refuses(
        restored(node, file, identities[0], "--verify-only"),
        code=ERROR,
        naming=str(file),
        remedy="older backup",
    )

    with closing(opened(node)) as database:
        assert last_done(database, "restore_drill") is None


def test_old_ones_go_when_there_is_a_newer_one(node: dict[str, str]) -> None:
    first = backed_up(node)
    old, others = first.with_name("harbour-house-data-20200101T000000Z.age"), first.with_name("other.age")
    shutil.copy(first, old)
    shutil.copy(first, others)

    backed_up(node)

    assert not old.exists()
    assert others.exists()


def test_one_recipient_is_not_enough(node: dict[str, str]) -> None:
    one = node["backup_recipients"].partition(";")[0]

    refuses(
        throughline("backup", **node | {"backup_recipients": f"{one};{one}"}),
        naming="RECIPIENTS",
        remedy="two",
    )
