"""Where a side runs: an empty virtual host, empty databases, a folder; on servers that all sides share in turn."""

import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from shared.messaging.private_broker import PrivateBroker
from shared.testing.broker import Broker, fresh_vhost
from shared.testing.postgres import Postgres, fresh_database
from shared.testing.private_postgres import PrivatePostgres


@dataclass(frozen=True)
class Place:
    """``broker_url`` is the administrator's; ``database_url`` makes an empty database of that name."""

    folder: Path
    broker_url: str
    management_url: str
    database_url: Callable[[str], str]


@dataclass(frozen=True)
class Servers:
    """The broker and, unless the databases are SQLite files, the database server; with their processes' ids."""

    broker: Broker
    postgres: Postgres | None = None
    pids: Mapping[str, int] = field(default_factory=dict)

    @contextmanager
    def place(self) -> Iterator[Place]:
        """An empty place; everything in it is gone afterwards."""
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="throughline-bench-")))

            def database_url(name: str) -> str:
                if self.postgres is None:
                    return f"sqlite:///{folder / name}.db"
                return stack.enter_context(fresh_database(self.postgres))

            vhost = stack.enter_context(fresh_vhost(self.broker))
            yield Place(folder, vhost, self.broker.management_url, database_url)


@contextmanager
def private_servers(database: str) -> Iterator[Servers]:
    """A RabbitMQ of our own and, for ``postgres``, a PostgreSQL of our own; both on loopback, both ended."""
    with ExitStack() as stack:
        broker = stack.enter_context(closing(PrivateBroker()))
        if database != "postgres":
            yield Servers(broker, pids={"broker": broker.pid})
            return
        postgres = stack.enter_context(closing(PrivatePostgres()))
        yield Servers(broker, postgres, {"broker": broker.pid, "database": _pid_of(postgres)})


def _pid_of(postgres: PrivatePostgres) -> int:
    return int((postgres.directory / "data" / "postmaster.pid").read_text("utf-8").split()[0])
