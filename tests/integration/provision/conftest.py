"""A hub whose operator types commands."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from deploy.composition import open_database
from services.referral.usecases.directory import publish_register
from shared.messaging.management import Management
from shared.messaging.message import HUB
from shared.messaging.topology import HUB_USER
from shared.migrations import upgrade
from shared.testing.broker import Broker, fresh_vhost
from tests.hubs import JOINING, NETWORK, ORG, Hub


@pytest.fixture
def empty(
    broker: Broker, management: Management, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Hub]:
    directory = f"sqlite:///{tmp_path / 'referral.db'}"
    with fresh_vhost(broker) as url:
        hub = Hub(url, management, directory)
        for name, value in (
            ("BROKER_MANAGEMENT_URL", broker.management_url),
            ("BROKER_VHOST", hub.vhost),
            ("REFERRAL_DATABASE_URL", directory),
        ):
            monkeypatch.setenv(f"THROUGHLINE_{name}", value)
        for user in (HUB_USER, ORG, JOINING):  # of an earlier test
            management.create_user(user, "an invented password")
            management.delete_user(user)
        upgrade("services.referral", directory)
        with closing(open_database("referral", directory, sender=HUB)) as database:
            publish_register(database, NETWORK.roots, NETWORK.register)
        yield hub


@pytest.fixture
def hub(empty: Hub) -> Hub:
    """Provisioned."""
    assert empty.provisions()["exit"] == 0
    return empty
