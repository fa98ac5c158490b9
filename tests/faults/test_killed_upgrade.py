"""An upgrade may die in any of its phases: again, and the node is upgraded once, with all that it had."""

from importlib import import_module
from pathlib import Path

import pytest
from sqlalchemy import text

from deploy import upgrading
from deploy.backup import archive
from deploy.backup.copies import look_at, path_of
from deploy.commands import backup, services, upgrade
from services.intake.usecases import at_rest
from shared.database import Database
from shared.schema_version import newest_of
from tests.compatibility import test_upgrade
from tests.compatibility.release import Release
from tests.compatibility.test_backups import ORG
from tests.compatibility.test_upgrade import NODE, is_upgraded
from tests.faults.deaths import deaths_of
from tests.in_process import throughline

release, url, node = test_upgrade.release, test_upgrade.url, test_upgrade.node
STEPS = tuple(
    import_module(f"{NODE}.migrations.versions.{name}")
    for name in ("0004_at_rest", "0014_interchange", "0020_counted")
)
WRITING = (upgrade, upgrading, archive, backup, services, at_rest, *STEPS)
EVERY = {"sqlite": 5, "postgresql": 11}  #: lines between two deaths


@pytest.mark.timeout(900)
def test_killed_in_any_phase_and_run_again(release: Release, node: dict[str, str], url: str) -> None:
    old, rows = look_at(url)
    before, after = 0, 0
    every = next(lines for engine, lines in EVERY.items() if url.startswith(engine))

    for _ in deaths_of("upgrade", writing=WRITING, every=every, **node):
        revision, kept = look_at(url)
        assert revision in {old, newest_of(NODE)}, "all steps or none"
        assert {name for name, count in rows.items() if kept[name] < count} == set()
        before, after = before + (revision == old), after + (revision != old)
        if revision != old:
            assert throughline("upgrade", **node).returncode == 0
            is_upgraded(node, rows)
            as_it_was_left(release, url)

    is_upgraded(node, rows)
    assert before > 0 < after, "it died in each phase"
    assert {one.suffix for one in Path(node["backup_folder"]).iterdir()} == {".age"}


def as_it_was_left(release: Release, url: str) -> None:
    """The database of the older version again."""
    path = path_of(url)
    if path is None:
        database = Database(url)
        with database.transaction() as tx:
            tx.execute(text("DROP SCHEMA public CASCADE"))
            tx.execute(text("CREATE SCHEMA public"))
        database.close()
    else:
        for file in path.parent.glob(f"{path.name}*"):
            file.unlink()
    release.restore(ORG, url)
    if path is not None:
        path.chmod(0o600)
