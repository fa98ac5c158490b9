"""A database session for each worker, closed when the worker ends."""

from typing import Any

from nameko.extensions import DependencyProvider
from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.orm import Session, sessionmaker

DATABASE = "database"  #: where the container's configuration holds the address
POOL = {"pool_size": 20, "max_overflow": 20}


class DatabaseSession(DependencyProvider):  # type: ignore[misc]
    """A session for each worker."""

    def __init__(self) -> None:
        self.sessions: dict[Any, Session] = {}

    def setup(self) -> None:
        """Connect."""
        self.engine = open_engine(self.container.config[DATABASE])
        self.make = sessionmaker(self.engine)

    def stop(self) -> None:
        """Give back every connection."""
        self.engine.dispose()

    def get_dependency(self, worker_ctx: Any) -> Session:
        """A new session."""
        self.sessions[worker_ctx] = session = self.make()
        return session

    def worker_teardown(self, worker_ctx: Any) -> None:
        """Close it."""
        self.sessions.pop(worker_ctx).close()


def open_engine(url: str) -> Engine:
    """As durable as ours: PostgreSQL as it comes, SQLite with FULL.

    Psycopg 3 would wait for the server with all greenlets; psycopg2 is the driver that eventlet teaches to yield.
    """
    if make_url(url).get_backend_name() != "sqlite":
        return create_engine(make_url(url).set(drivername="postgresql+psycopg2"), **POOL)
    engine = create_engine(url, **POOL)
    event.listen(engine, "connect", _make_durable)
    return engine


def _make_durable(connection: Any, _record: Any) -> None:
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}").close()
