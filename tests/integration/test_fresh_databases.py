"""Every test has a database of its own, on both engines; a stopped server keeps what was committed."""

from sqlalchemy import create_engine, inspect, text

from shared.testing.postgres import Postgres, fresh_database
from shared.testing.private_postgres import PrivatePostgres


def _create_table(url: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE something (number INTEGER)"))
    engine.dispose()


def _tables(url: str) -> list[str]:
    engine = create_engine(url)
    names = inspect(engine).get_table_names()
    engine.dispose()
    return names


def test_a_database_starts_empty_and_keeps_what_is_made(database_url: str) -> None:
    assert _tables(database_url) == []
    _create_table(database_url)
    assert _tables(database_url) == ["something"]


def test_another_database_does_not_see_it(postgres: Postgres, postgres_url: str) -> None:
    _create_table(postgres_url)
    with fresh_database(postgres) as other:
        assert _tables(other) == []


def test_a_stopped_server_comes_back_with_what_was_committed() -> None:
    server = PrivatePostgres()
    try:
        _create_table(server.url)
        server.stop()
        server.start()
        assert _tables(server.url) == ["something"]
    finally:
        server.close()
    assert not server.directory.exists()
