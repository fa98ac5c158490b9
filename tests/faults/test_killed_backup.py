"""A backup and a restore may die between any two lines of what writes: again, and nothing is lost, half or doubled."""

from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import inspect

from deploy.backup import age, archive, copies, manifest, restore
from deploy.backup.copies import path_of
from deploy.commands import backup
from services.intake.usecases.people import find_people
from shared.database import Database
from tests.faults.deaths import deaths_of
from tests.integration import test_backup
from tests.integration.test_backup import SECRET, WORKER, backed_up, opened, restored

node, right, identities = test_backup.node, test_backup.right, test_backup.identities
elsewhere = test_backup.elsewhere
DEATHS = {
    "sqlite": {"writing": (archive, backup, restore), "every": 1},
    "postgresql": {"writing": (age, archive, backup, copies, manifest, restore), "every": 101},
}  #: in which modules, and how many lines apart: in PostgreSQL each table has some


@pytest.fixture
def deaths(database_url: str) -> Callable[..., Iterator[int]]:
    """Of the command that is given, as the engine wants them."""
    return partial(
        deaths_of, **next(how for engine, how in DEATHS.items() if database_url.startswith(engine))
    )


@pytest.mark.timeout(900)
def test_a_backup_is_whole_or_not_there(
    node: dict[str, str], identities: list[Path], deaths: Callable[..., Iterator[int]]
) -> None:
    folder = Path(node["backup_folder"])

    for _ in deaths("backup", **node):
        for made in folder.glob("*.age"):
            assert restored(node, made, identities[0], "--verify-only").returncode == 0
            made.unlink()

    assert [one.suffix for one in folder.iterdir()] == [".age"]


@pytest.mark.timeout(900)
def test_a_restore_brings_all_or_nothing(
    node: dict[str, str],
    elsewhere: dict[str, str],
    identities: list[Path],
    deaths: Callable[..., Iterator[int]],
) -> None:
    words = ("restore", str(backed_up(node)), "--identity", str(identities[0]))

    for _ in deaths(*words, **elsewhere):
        if is_there(elsewhere):
            break  # it died while it told of it; killed again it says that there is a database already

    with closing(opened(elsewhere)) as database:
        assert [one.alias for one in find_people(database, "", WORKER)] == [SECRET]


def is_there(node: dict[str, str]) -> bool:
    path = path_of(node["intake_database_url"])
    if path is not None:
        return path.exists()
    with closing(Database(node["intake_database_url"])) as database, database.reading() as tx:
        return bool(inspect(tx.connection).get_table_names())
