"""The hub's databases are copied and brought back by the very commands that its operator is told."""

import re
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from deploy.backup.copies import look_at
from deploy.composition import open_database
from deploy.doctor.hub import SERVICES
from services.referral.usecases.directory import publish_register
from shared.messaging.message import HUB
from shared.migrations import upgrade
from shared.testing.postgres import fresh_database
from shared.testing.private_postgres import PrivatePostgres
from shared.testing.tree import ROOT
from tests.hubs import NETWORK

PAGE = (ROOT / "docs" / "how-to" / "deploy-the-hub.md").read_text("utf-8")


def told(program: str, service: str, url: str) -> list[str]:
    """The command on the page, for that service and that database."""
    [command] = re.findall(rf"^{program} .+$", PAGE, re.MULTILINE)
    plain = url.replace("postgresql+psycopg://", "postgresql://")
    return [word.replace("SERVICE", service).replace("DATABASE_URL", plain) for word in command.split()]


@pytest.fixture(scope="module")
def server() -> Iterator[PrivatePostgres]:
    """Of the version of the programs that copy it."""
    server = PrivatePostgres()
    yield server
    server.close()


@pytest.mark.parametrize("service", SERVICES)
def test_what_is_brought_back_is_what_was_copied(
    server: PrivatePostgres, tmp_path: Path, service: str
) -> None:
    with fresh_database(server) as old, fresh_database(server) as new:
        upgrade(f"services.{service}", old)
        if service == "referral":
            with closing(open_database("referral", old, sender=HUB)) as database:
                publish_register(database, NETWORK.roots, NETWORK.register)

        subprocess.run(told("pg_dump", service, old), cwd=tmp_path, check=True)
        subprocess.run(told("pg_restore", service, new), cwd=tmp_path, check=True)

        assert look_at(new) == look_at(old)
        upgrade(f"services.{service}", new)
