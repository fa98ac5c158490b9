"""A real PostgreSQL for tests, and a database of its own for each of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol
from uuid import uuid4

from sqlalchemy import make_url

from shared.testing.containers import POSTGRES, ContainerPostgres, can_run
from shared.testing.private_postgres import PrivatePostgres, execute


class Postgres(Protocol):
    """A running PostgreSQL; ``url`` is its administrator's."""

    url: str

    def close(self) -> None:
        """End it and remove everything it kept."""


def start_postgres() -> Postgres:
    """A container where Docker can run it, else an installed one's own process, else ``NotInstalled``."""
    return ContainerPostgres() if can_run(POSTGRES) else PrivatePostgres()


@contextmanager
def fresh_database(server: Postgres, how: str = "") -> Iterator[str]:
    """An empty database as its address, gone afterwards; ``how`` it is made, in SQL."""
    name = f"test_{uuid4().hex}"
    execute(server.url, f'CREATE DATABASE "{name}" {how}')
    try:
        yield make_url(server.url).set(database=name).render_as_string(hide_password=False)
    finally:
        execute(server.url, f'DROP DATABASE "{name}" WITH (FORCE)')
