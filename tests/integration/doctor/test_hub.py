"""Each fault that is planted in a well hub is found by exactly the check that is for it, which says what to do."""

import json
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from kombu import Connection
from sqlalchemy import text

from deploy.doctor.hub import SERVICES
from shared.clock import now
from shared.messaging.management import Management, ManagementRefused
from shared.messaging.topology import HUB_USER
from shared.migrations import upgrade
from shared.sealing import OwnKeys, write_key_file
from shared.sealing.network_file import write_network_file
from shared.testing.broker import Broker, fresh_vhost, vhost_of
from shared.testing.postgres import Postgres, fresh_database
from tests.hubs import NETWORK, ORG, QUEUE
from tests.in_process import throughline
from tests.integration.doctor.hub_faults import FAULTS, ended
from tests.integration.doctor.hub_site import HEARD, HubSite, await_heard, found_hub, take_from
from tests.integration.doctor.site import OF_PROXY


@pytest.fixture(scope="module")
def broker_of_hub(broker: Broker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """A virtual host with all that must stand there, as the settings name it."""
    directory = f"sqlite:///{tmp_path_factory.mktemp('directory') / 'referral.db'}"
    management = Management(broker.management_url)
    with fresh_vhost(broker) as url:
        told = {"broker_management_url": broker.management_url, "broker_vhost": vhost_of(url)}
        found_hub(directory)
        assert (
            throughline("network", "provision", "--yes", referral_database_url=directory, **told).returncode
            == 0
        )
        yield told | {"amqp_url": url}
        for user in (HUB_USER, ORG):
            management.delete_user(user)


@pytest.fixture(scope="module")
def channel(broker_of_hub: dict[str, str]) -> Iterator[Any]:
    """Takes from every queue, as the services and a node do, under the queue's own name."""
    with Connection(broker_of_hub["amqp_url"]) as connection:
        channel = connection.channel()
        for queue in HEARD:
            take_from(channel, queue)
        await_heard(broker_of_hub, *HEARD)
        yield channel


@pytest.fixture
def hub(
    broker_of_hub: dict[str, str], pages: str, channel: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> HubSite:
    keys = tmp_path / "keys"
    keys.mkdir(mode=0o700)
    write_key_file(keys / "hub.key", OwnKeys.generate(now()))
    write_network_file(keys / "network.json", NETWORK)
    databases = {f"{service}_database_url": f"sqlite:///{tmp_path / service}.db" for service in SERVICES}
    for service in SERVICES:
        upgrade(f"services.{service}", databases[f"{service}_database_url"])
    found_hub(databases["referral_database_url"])
    (copies := tmp_path / "copies").mkdir()
    for service in SERVICES:
        (copies / f"{service}.dump.age").write_text("sealed")
    files = {
        "hub_copies_folder": str(copies),
        "key_file": str(keys / "hub.key"),
        "network_file": str(keys / "network.json"),
        "public_url": pages,
    }
    return HubSite(tmp_path, broker_of_hub | databases | files, monkeypatch, channel)


def wrong(examined: dict[str, dict[str, str]]) -> set[str]:
    return {name for name, one in examined.items() if one["verdict"] in ("warning", "failed")}


def test_nothing_is_found_on_a_well_hub(hub: HubSite) -> None:
    code, examined = hub.examined()

    assert (code, wrong(examined)) == (0, set()), examined
    unseen = {name for name, one in examined.items() if one["verdict"] == "not applicable"}
    assert unseen == {"durability", "certificate", "broker_tls"} | OF_PROXY


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_named_with_what_to_do(hub: HubSite, fault: str) -> None:
    check, plant, remedy = FAULTS[fault]
    plant(hub)

    code, examined = hub.examined()

    assert wrong(examined) == {check}, examined
    assert remedy in examined[check]["remedy"]
    assert code == (2 if examined[check]["verdict"] == "failed" else 0)


def test_a_bundle_for_whoever_helps_names_no_organisation_and_no_secret(hub: HubSite, tmp_path: Path) -> None:
    ended(QUEUE)(hub)

    said = throughline(
        "support-bundle", "--hub", "--yes", "--output", str(tmp_path / "b.zip"), **hub.settings
    )

    with zipfile.ZipFile(tmp_path / "b.zip") as packed:
        held = {name: packed.read(name).decode() for name in packed.namelist()}
    [nodes] = [one for one in json.loads(held["doctor.json"]) if one["name"] == "nodes"]
    assert (nodes["verdict"], nodes["says"]) == ("warning", "…")
    assert {f"{service}.json" for service in SERVICES} <= set(held)
    parts = urlsplit(hub.settings["broker_management_url"])
    for secret in (ORG, str(parts.password), hub.settings["broker_vhost"], str(hub.key.parent)):
        assert secret not in said.stdout.replace(str(tmp_path / "b.zip"), "")


@pytest.fixture(autouse=True)
def tidy(broker_of_hub: dict[str, str], channel: Any) -> Iterator[None]:
    """What a test has left at the broker goes, and what it took away comes back."""
    yield
    ended = [queue for queue in HEARD if queue not in channel.callbacks]
    for queue in ended:
        take_from(channel, queue)
    if ended:
        await_heard(broker_of_hub, *HEARD)
    management = Management(broker_of_hub["broker_management_url"])
    with suppress(ManagementRefused):
        management.delete("queues", broker_of_hub["broker_vhost"], "forgotten")


def test_a_server_that_does_not_wait_for_its_disk(hub: HubSite, postgres_url: str) -> None:
    hub.settings["reporting_database_url"] = postgres_url
    upgrade("services.reporting", postgres_url)
    assert hub.examined("--only", "durability")[1]["durability"]["verdict"] == "well"
    hub.does(
        "reporting", text(f'ALTER DATABASE "{postgres_url.rpartition("/")[2]}" SET synchronous_commit = off')
    )

    code, examined = hub.examined("--only", "durability")

    assert (code, "on" in examined["durability"]["remedy"]) == (2, True)


def test_a_database_that_does_not_keep_every_letter(hub: HubSite, postgres: Postgres) -> None:
    with fresh_database(postgres, "ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0") as url:
        hub.settings["reporting_database_url"] = url
        code, examined = hub.examined("--only", "databases")

    assert (code, "--encoding UTF8" in examined["databases"]["remedy"]) == (2, True)
    assert examined["databases"]["says"] == "that of reporting does not answer (NotUnicode)"
