"""What a peer's process is told: by its environment, as libraries that bring a command of their own need it."""

import os
from dataclasses import dataclass

from sqlalchemy import make_url

SERVICE, BROKER, DATABASE, CLIENTS = "BENCH_SERVICE", "BENCH_BROKER", "BENCH_DATABASE", "BENCH_CLIENTS"


@dataclass(frozen=True)
class Settings:
    """Which service this is, where its broker and its database are, and how many clients send at once."""

    service: str
    broker: str
    database: str
    clients: int

    def environment(self) -> dict[str, str]:
        """As the process's environment."""
        told = (self.service, self.broker, self.database, str(self.clients))
        return dict(zip((SERVICE, BROKER, DATABASE, CLIENTS), told, strict=True))

    def database_by(self, driver: str) -> str:
        """The database's address for another driver of PostgreSQL, as ``postgresql+asyncpg``."""
        return make_url(self.database).set(drivername=driver).render_as_string(hide_password=False)


def read_settings() -> Settings:
    """Of this process."""
    return Settings(os.environ[SERVICE], os.environ[BROKER], os.environ[DATABASE], int(os.environ[CLIENTS]))
