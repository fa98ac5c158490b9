"""A backup of a database that a released version left is restored as today's, with every row that it had."""

from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from sqlalchemy import func, select

from deploy.composition import open_database, scribe_of
from services.intake.storage.tables import people
from shared.migrations import check
from shared.sealing import SigningKey
from shared.sealing.founding import found
from shared.sealing.network_file import write_network_file
from shared.testing.postgres import Postgres, fresh_database
from tests.compatibility.release import Release
from tests.compatibility.test_databases import ENGINES, RELEASES
from tests.in_process import throughline

ORG = "harbour-house"


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("release", RELEASES)
def test_it_is_restored_as_todays(release: Release, engine: str, tmp_path: Path, postgres: Postgres) -> None:
    with ExitStack() as stack:
        old, new = (
            f"sqlite:///{tmp_path / name}.db"
            if engine == "sqlite"
            else stack.enter_context(fresh_database(postgres))
            for name in ("old", "new")
        )
        release.restore(ORG, old)
        node, file = settings(release, tmp_path, old), tmp_path / "backups"
        made = throughline("backup", **node)
        assert made.returncode == 0, made.stderr
        [backup] = file.glob("*.age")

        said = throughline(
            "restore",
            str(backup),
            "--identity",
            str(tmp_path / "first"),
            **node | {"intake_database_url": new},
        )

        assert said.returncode == 0, said.stderr
        check("services.intake", new)
        scribe = scribe_of("intake", ORG, release.keys(ORG, tmp_path))
        opened = open_database("intake", new, sender=ORG, scribe=scribe)
        with closing(opened), opened.reading() as tx:
            assert tx.execute(select(func.count()).select_from(people)).scalar_one() > 50


def settings(release: Release, folder: Path, url: str) -> dict[str, str]:
    keys = release.keys(ORG, folder)
    parties = {"hub": ("Hub", keys.public), ORG: (ORG, keys.public)}
    write_network_file(
        folder / "network.json", found("kept", [SigningKey.generate()], 1, parties, release.ended)
    )
    recipients = [
        throughline("backup", "--new-identity", str(folder / name)).stdout for name in ("first", "second")
    ]
    return {
        "org": ORG,
        "intake_database_url": url,
        "key_file": str(folder / f"{ORG}.key"),
        "network_file": str(folder / "network.json"),
        "backup_recipients": ";".join(one.strip() for one in recipients),
        "backup_folder": str(folder / "backups"),
    }
