"""The hub as its operator sees it, opened as far as it can be: its settings, its databases, its broker's management."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from urllib.error import URLError

from sqlalchemy.exc import SQLAlchemyError

from deploy.backup.copies import path_of
from deploy.commands.provision import NetworkSettings
from deploy.doctor.check import Machine, NotApplicable
from shared.database import Database, Transaction
from shared.messaging.errors import Misconfigured
from shared.messaging.management import Management, ManagementRefused
from shared.messaging.topology import HUB_QUEUES
from shared.schema_version import is_newest
from shared.settings import BROKER_URL, DATABASE_URL, setting

SERVICES = tuple(HUB_QUEUES)

Answer = TypeVar("Answer")


@dataclass(frozen=True, kw_only=True)
class HubSettings(NetworkSettings):
    """Settings of ``throughline doctor --hub``."""

    notifications_database_url: str = setting("the notifications service's own database", DATABASE_URL)
    reporting_database_url: str = setting("the reporting service's own database", DATABASE_URL)
    amqp_url: str = setting("the broker's address, as the hub's services have it", *BROKER_URL)
    key_file: Path = setting("the file of the hub's keys")
    network_file: Path = setting("the network's file")
    public_url: str = setting("where coordinators reach the pages, https://…")
    hub_copies_folder: str = setting(
        "the folder in which copies of the hub's databases lie, as SERVICE.dump.age; empty: nowhere here",
        default="",
    )


class Hub(Machine):
    """The hub of this process's settings."""

    reads = (HubSettings,)
    pages = "reporting"

    @property
    def databases(self) -> dict[str, str]:
        """The address of each service's database."""
        return {service: getattr(self.settings, f"{service}_database_url") for service in SERVICES}

    def opened(self, service: str) -> "closing[Database]":
        """That service's database, to be closed; SQLAlchemyError where there is no file: to look would make it."""
        path = path_of(self.databases[service])
        if path is not None and not path.is_file():
            raise SQLAlchemyError
        return closing(Database(self.databases[service]))

    def asked(self, service: str, question: Callable[[Transaction], Answer]) -> Answer:
        """What its database answers; NotApplicable while it is not there, or not of this version."""
        try:
            with self.opened(service) as database, database.reading() as tx:
                if not is_newest(f"services.{service}", self.databases[service]):
                    raise NotApplicable("migrations comes first")
                return question(tx)
        except SQLAlchemyError:
            raise NotApplicable("databases comes first") from None

    @property
    def management(self) -> Management:
        """The broker's management API."""
        found: Management = self.settings.management()
        return found

    @property
    def heard(self) -> set[str]:
        """The queues from which somebody takes; NotApplicable while the broker does not say."""
        try:
            consumers = self.management.get("consumers", self.settings.broker_vhost)
        except UNANSWERED:
            raise NotApplicable("broker comes first") from None
        return {consumer["queue"]["name"] for consumer in consumers}


UNANSWERED = (ManagementRefused, Misconfigured, URLError, OSError)  #: how an API does not answer
