"""What PostgreSQL itself knows of copies of the hub's databases: servers that follow, and an archive of its log."""

import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from deploy.doctor.hub_copies import Copy, _told_by_server
from shared.database import Database
from shared.polling import poll_until
from shared.programs import need_program
from shared.testing.postgres import fresh_database
from shared.testing.private_postgres import FOLDERS, PrivatePostgres, execute

SOON = 30.0  #: seconds


@pytest.fixture(scope="module")
def server() -> Iterator[PrivatePostgres]:
    """One whose log is archived as its settings say."""
    server = PrivatePostgres()
    for setting in ("archive_mode = on", "archive_command = 'true'"):
        execute(server.url, f"ALTER SYSTEM SET {setting}")
    server.stop()
    server.start()
    yield server
    server.close()


@contextmanager
def follower(server: PrivatePostgres, folder: Path) -> Iterator[None]:
    """Receives the log as it is written."""
    program = need_program("pg_receivewal", *FOLDERS, package="postgresql")
    plain = server.url.replace("postgresql+psycopg://", "postgresql://")
    with subprocess.Popen([program, f"--dbname={plain}", f"--directory={folder}"]) as receiving:
        yield
        receiving.terminate()


def told(url: str) -> list[Copy]:
    with closing(Database(url)) as database, database.reading() as tx:
        return _told_by_server(tx)


def is_told(url: str, says: str) -> list[Copy]:
    return [copy for copy in told(url) if says in copy.how]


@pytest.fixture
def url(server: PrivatePostgres) -> Iterator[str]:
    """A database as a service reaches it, which may look at nobody else."""
    with fresh_database(server) as url:
        execute(server.url, "CREATE ROLE service LOGIN")
        yield url.replace("administrator@", "service@")
        execute(server.url, "DROP ROLE service")


def test_another_server_that_follows_is_a_copy_of_now(
    server: PrivatePostgres, url: str, tmp_path: Path
) -> None:
    assert is_told(url, "follows") == []
    with follower(server, tmp_path):
        poll_until(lambda: is_told(url, "follows"), seconds=SOON, what="a follower")
    poll_until(lambda: not is_told(url, "follows"), seconds=SOON, what="that nobody follows")


def test_a_log_that_is_archived_is_a_copy_until_that_fails(server: PrivatePostgres, url: str) -> None:
    execute(server.url, "SELECT pg_switch_wal()")
    [copy] = poll_until(lambda: is_told(url, "archived"), seconds=SOON, what="an archive")
    with closing(Database(server.url)) as database, database.reading() as tx:
        assert copy.at <= tx.execute(text("SELECT now()")).scalar_one()

    execute(server.url, "ALTER SYSTEM SET archive_command = 'false'")
    execute(server.url, "SELECT pg_reload_conf()")
    execute(server.url, "CREATE TABLE more (one int)")
    execute(server.url, "SELECT pg_switch_wal()")

    poll_until(lambda: not is_told(url, "archived"), seconds=SOON, what="that archiving fails")
