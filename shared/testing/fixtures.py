"""What a test may ask for by name. What cannot be had fails it, at home as in CI: nothing is skipped."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from shared.messaging.management import Management
from shared.testing.broker import Broker, fresh_vhost, start_broker
from shared.testing.postgres import Postgres, fresh_database, start_postgres


@pytest.fixture(scope="session")
def broker() -> Iterator[Broker]:
    """One RabbitMQ for the whole run. A test that kills it restarts it."""
    with closing(start_broker()) as started:
        yield started


@pytest.fixture(scope="session")
def management(broker: Broker) -> Management:
    """What makes users and gives rights at the broker."""
    return Management(broker.management_url)


@pytest.fixture
def vhost(broker: Broker) -> Iterator[str]:
    """The administrator's address of a virtual host that is empty."""
    with fresh_vhost(broker) as url:
        yield url


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """One PostgreSQL for the whole run. A test that stops it starts it."""
    with closing(start_postgres()) as started:
        yield started


@pytest.fixture
def postgres_url(postgres: Postgres) -> Iterator[str]:
    """The address of an empty database in PostgreSQL."""
    with fresh_database(postgres) as url:
        yield url


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The address of an SQLite file that is not there yet."""
    return f"sqlite:///{tmp_path / 'test.db'}"


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The test runs twice: on SQLite and on PostgreSQL."""
    return str(request.getfixturevalue(f"{request.param}_url"))
