"""A private PostgreSQL on loopback, from what the distribution brings."""

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from sqlalchemy import NullPool, create_engine, text
from sqlalchemy.exc import OperationalError

from shared.polling import poll_until
from shared.ports import LOOPBACK, free_ports
from shared.programs import need_program

PATIENCE = 60.0  #: seconds for the server to start or to stop
FOLDERS = tuple(str(path) for path in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True))


def execute(url: str, statement: str) -> None:
    """One statement on a connection of its own, outside of any transaction."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text(statement))


def answers(url: str) -> bool:
    """Whether the server at the address answers a query."""
    try:
        execute(url, "SELECT 1")
    except OperationalError:
        return False
    return True


class PrivatePostgres:
    """A PostgreSQL server of our own on loopback, as durable as it comes; it can stop and start again."""

    def __init__(self) -> None:
        self._initdb, self._postgres = (
            need_program(name, *FOLDERS, package="postgresql") for name in ("initdb", "postgres")
        )
        self.directory = Path(tempfile.mkdtemp(prefix="throughline-postgres-"))
        self._as_owner = _owner(self.directory)
        (self._port,) = free_ports(1)
        self.url = f"postgresql+psycopg://administrator@{LOOPBACK}:{self._port}/postgres"
        self._create_cluster()
        self.start()

    def start(self) -> None:
        """Start the server on what it kept; ready on return."""
        addresses = ("-h", LOOPBACK, "-p", str(self._port), "-k", self.directory)
        with (self.directory / "postgres.log").open("ab") as log:
            self._server = subprocess.Popen(
                [self._postgres, "-D", self.directory / "data", *addresses],
                cwd=self.directory,
                stdout=log,
                stderr=log,
                start_new_session=True,
                **self._as_owner,
            )
        poll_until(lambda: answers(self.url), seconds=PATIENCE, what="PostgreSQL to be ready")

    def stop(self) -> None:
        """Break all connections and stop the server; what it kept stays."""
        self._server.send_signal(signal.SIGINT)
        self._server.wait(PATIENCE)

    def close(self) -> None:
        """End the server and remove everything it kept."""
        self.stop()
        shutil.rmtree(self.directory)

    def _create_cluster(self) -> None:
        login, text = ("--username=administrator", "--auth=trust"), ("--encoding=UTF8", "--locale=C.UTF-8")
        command = [self._initdb, "--no-sync", "-D", str(self.directory / "data"), *login, *text]
        subprocess.run(command, cwd=self.directory, check=True, stdout=subprocess.DEVNULL, **self._as_owner)


def _owner(directory: Path) -> dict[str, Any]:
    """Who the server runs as: us, or the user its package brings, since it refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    shutil.chown(directory, "postgres", "postgres")
    return {"user": "postgres", "group": "postgres", "extra_groups": []}
