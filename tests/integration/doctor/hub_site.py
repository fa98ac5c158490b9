"""A hub's folder and settings, to plant faults in, and whoever takes from its queues."""

import json
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from deploy.composition import open_database
from deploy.doctor.hub import SERVICES
from services.referral.usecases.dating import date_directory
from services.referral.usecases.directory import publish_register
from shared.messaging.management import Management
from shared.messaging.message import HUB
from shared.migrations import upgrade
from shared.polling import poll_until
from tests.hubs import NETWORK, QUEUE
from tests.in_process import throughline

HEARD = (*SERVICES, QUEUE)


@dataclass
class HubSite:
    """A hub's folder and settings, who takes from its queues, and the test's hand on the code."""

    folder: Path
    settings: dict[str, str]
    patch: pytest.MonkeyPatch
    channel: Any

    @property
    def key(self) -> Path:
        return Path(self.settings["key_file"])

    def database(self, service: str) -> closing[Any]:
        return closing(open_database(service, self.settings[f"{service}_database_url"], sender=HUB))

    def does(self, service: str, statement: Any) -> None:
        with self.database(service) as database, database.transaction() as tx:
            tx.execute(statement)

    def examined(self, *words: str) -> tuple[int, dict[str, dict[str, str]]]:
        said = throughline("doctor", "--hub", "--json", *words, **self.settings)
        return said.returncode, {one["name"]: one for one in json.loads(said.stdout)}


def found_hub(directory: str) -> None:
    upgrade("services.referral", directory)
    with closing(open_database("referral", directory, sender=HUB)) as database:
        publish_register(database, NETWORK.roots, NETWORK.register)
        date_directory(database, timedelta(hours=1))


def take_from(channel: Any, queue: str) -> None:
    channel.basic_consume(queue, consumer_tag=queue, callback=lambda _: None)


def await_heard(told: dict[str, str], *queues: str) -> None:
    """The broker's management tells some seconds later who takes from what."""
    management = Management(told["broker_management_url"])

    def is_told() -> bool:
        consumers = management.get("consumers", told["broker_vhost"])
        return {one["queue"]["name"] for one in consumers} == {*queues}

    poll_until(is_told, seconds=60, what="what the management tells of consumers")
