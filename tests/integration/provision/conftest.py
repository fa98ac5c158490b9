"""A hub whose operator types commands."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from deploy.composition import database_of
from services.referral.usecases.directory import add_organisation
from shared.messaging.management import Management
from shared.messaging.topology import HUB_USER
from shared.migrations import upgrade
from shared.sealing import OwnKeys, PublicKeys, write_key_file
from shared.testing.broker import Broker, fresh_vhost
from tests.hubs import JOINING, ORG, PUBLIC_KEY, Hub


@pytest.fixture
def empty(
    broker: Broker, management: Management, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Hub]:
    directory = f"sqlite:///{tmp_path / 'referral.db'}"
    with fresh_vhost(broker) as url:
        hub = Hub(url, management)
        for name, value in (
            ("BROKER_MANAGEMENT_URL", broker.management_url),
            ("BROKER_VHOST", hub.vhost),
            ("REFERRAL_DATABASE_URL", directory),
            ("KEY_FILE", str(tmp_path / "hub.key")),
            ("AMQP_URL", url),
        ):
            monkeypatch.setenv(f"THROUGHLINE_{name}", value)
        for user in (HUB_USER, ORG, JOINING):  # of an earlier test
            management.create_user(user, "an invented password")
            management.delete_user(user)
        upgrade("services.referral", directory)
        write_key_file(tmp_path / "hub.key", OwnKeys.generate())
        with closing(database_of("referral")) as database:
            add_organisation(database, ORG, name="Quiet Harbour", keys=PublicKeys.parse(PUBLIC_KEY))
        yield hub


@pytest.fixture
def hub(empty: Hub) -> Hub:
    """Provisioned."""
    assert empty.provisions()["exit"] == 0
    return empty
