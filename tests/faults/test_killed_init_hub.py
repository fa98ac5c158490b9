"""``throughline init-hub`` may die between any two lines of what writes: run again, it goes on with that network."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from kombu import Connection

from deploy import beginning, beginning_hub
from deploy.commands import admission, init_hub, services, staff
from deploy.configured import NAME
from shared import accounts, files, migrations
from shared.messaging import provision
from shared.sealing import key_file
from shared.testing.broker import Broker
from tests.faults.deaths import deaths_of
from tests.in_process import throughline
from tests.integration.new_hub import without_hub, words
from tests.integration.test_init import configured

WRITING = (
    *(files, key_file, beginning, beginning_hub, admission, init_hub, services, staff, accounts),
    *(migrations, provision),
)
APART = 23  #: lines between two deaths, as each begins with three migrations


@pytest.mark.timeout(900)
def test_a_hub_is_there_when_it_is_whole(broker: Broker, tmp_path: Path) -> None:
    folder, networks, passwords = tmp_path / "hub", set[bytes](), set[str | None]()
    with without_hub(broker, tmp_path) as flags:
        for _ in deaths_of(*words(folder, flags), writing=WRITING, every=APART):
            networks |= {path.read_bytes() for path in folder.glob("network/*")}
            passwords |= {urlsplit(path.read_text()).password for path in folder.glob("secrets/broker-url")}
            assert len(networks) in (0, 5), "what was founded is kept"
            assert len(passwords) <= 1
            (folder / NAME).unlink(missing_ok=True)

        assert throughline("network", "provision", "--check", **configured(folder)).returncode == 0
        with Connection((folder / "secrets" / "broker-url").read_text()) as connection:
            connection.connect()
        listed = throughline("user", "list", "--coordinator", "--json", **configured(folder)).stdout
        assert listed.count('"username"') == 1
    assert not [path for path in folder.rglob("*.new") if path.is_file()]
