"""Each fault that is planted in a well hub is found by exactly the check that is for it, which says what to do."""

import json
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from kombu import Connection
from sqlalchemy import text, update

from deploy.composition import open_database
from deploy.doctor.hub import SERVICES
from services.notifications.storage import metadata as notifications
from services.referral.storage import directory_versions
from services.referral.usecases.dating import date_directory
from services.referral.usecases.directory import publish_register
from services.reporting.storage import metadata as reporting
from shared.clock import new_id, now
from shared.messaging.management import Management, ManagementRefused
from shared.messaging.message import HUB
from shared.messaging.topology import HUB_USER
from shared.migrations import upgrade
from shared.polling import poll_until
from shared.sealing import OwnKeys, write_key_file
from shared.sealing.network_file import write_network_file
from shared.testing.broker import Broker, fresh_vhost, vhost_of
from tests.hubs import NETWORK, ORG, QUEUE
from tests.in_process import throughline
from tests.integration.doctor.faults import closed_port

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


def found_hub(directory: str) -> None:
    upgrade("services.referral", directory)
    with closing(open_database("referral", directory, sender=HUB)) as database:
        publish_register(database, NETWORK.roots, NETWORK.register)
        date_directory(database, timedelta(hours=1))


@pytest.fixture(scope="module")
def channel(broker_of_hub: dict[str, str]) -> Iterator[Any]:
    """Takes from every queue, as the services and a node do, under the queue's own name."""
    with Connection(broker_of_hub["amqp_url"]) as connection:
        channel = connection.channel()
        for queue in HEARD:
            take_from(channel, queue)
        await_heard(broker_of_hub, *HEARD)
        yield channel


def take_from(channel: Any, queue: str) -> None:
    channel.basic_consume(queue, consumer_tag=queue, callback=lambda _: None)


def await_heard(told: dict[str, str], *queues: str) -> None:
    """The broker's management tells some seconds later who takes from what."""
    management = Management(told["broker_management_url"])

    def is_told() -> bool:
        consumers = management.get("consumers", told["broker_vhost"])
        return {one["queue"]["name"] for one in consumers} == {*queues}

    poll_until(is_told, seconds=60, what="what the management tells of consumers")


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
    files = {
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
    assert unseen == {"durability", "certificate"}


def set_to(**changed: str) -> Callable[[HubSite], None]:
    return lambda hub: hub.settings.update(changed)


def doing(service: str, statement: Callable[[], Any]) -> Callable[[HubSite], None]:
    return lambda hub: hub.does(service, statement())


def member(**is_so: Any) -> Callable[[HubSite], None]:
    """A member of the cluster that the broker tells of."""

    def plant(hub: HubSite) -> None:
        real = Management.get

        def get(self: Management, *path: str) -> Any:
            found = real(self, *path)
            return [*found, found[0] | {"name": "rabbit@two"} | is_so] if path == ("nodes",) else found

        hub.patch.setattr(Management, "get", get)

    return plant


def ended(queue: str) -> Callable[[HubSite], None]:
    def plant(hub: HubSite) -> None:
        hub.channel.basic_cancel(queue)
        await_heard(hub.settings, *(name for name in HEARD if name != queue))

    return plant


def unbound(hub: HubSite) -> None:
    management, vhost = hub.settings["broker_management_url"], hub.settings["broker_vhost"]
    Management(management).put({"durable": True}, "queues", vhost, "forgotten")


def row_of_outbox(hours: int) -> Any:
    id_ = new_id()
    shifted = type(id_)(int=id_.int - (hours * 3_600_000 << 80))
    table = notifications.tables["outbox"]
    facts = {"exchange": "x", "routing_key": "x", "body": b"{}", "attempts": 3, "due_at": now()}
    return table.insert().values(message_id=shifted, **facts)


def row_of_parked() -> Any:
    facts = {"queue": "x", "routing_key": "x", "body": b"x", "reason": "referral_not_here"}
    return reporting.tables["parked"].insert().values(id=new_id(), message_id=None, parked_at=now(), **facts)


FAULTS: dict[str, tuple[str, Callable[[HubSite], Any], str]] = {
    "a setting is missing": (
        "settings",
        lambda hub: hub.settings.pop("reporting_database_url"),
        "settings.md",
    ),
    "the key file is gone": ("key_file", lambda hub: hub.key.unlink(), "restore"),
    "others can write to its folder": ("key_folder", lambda hub: hub.key.parent.chmod(0o777), "chmod"),
    "a database is gone": ("databases", lambda hub: (hub.folder / "reporting.db").unlink(), "addresses"),
    "a database is damaged": (
        "databases",
        lambda hub: (hub.folder / "notifications.db").write_bytes(b"x" * 9_000),
        "addresses",
    ),
    "a database is of an older version": (
        "migrations",
        doing("notifications", lambda: text("UPDATE alembic_version SET version_num = '0001'")),
        "throughline migrate notifications",
    ),
    "a database is of a newer version": (
        "migrations",
        doing("reporting", lambda: text("UPDATE alembic_version SET version_num = '9999'")),
        "start that version",
    ),
    "the broker's management does not answer": (
        "broker",
        lambda hub: hub.settings.update(broker_management_url=f"http://a:b@127.0.0.1:{closed_port()}/api"),
        "THROUGHLINE_BROKER_MANAGEMENT_URL",
    ),
    "its user is another": (
        "broker",
        lambda hub: hub.settings.update(
            broker_management_url=hub.settings["broker_management_url"].replace("://", "://x", 1)
        ),
        "rights",
    ),
    "a member of the cluster is down": ("broker", member(running=False), "three-brokers"),
    "members do not see each other": ("broker", member(partitions=["rabbit@one"]), "three-brokers"),
    "a member is out of memory": ("broker", member(mem_alarm=True), "memory"),
    "a member is out of disk": ("broker", member(disk_free_alarm=True), "disk"),
    "something stands at the broker that nobody knows": ("standing", unbound, "network provision --check"),
    "a service does not run": ("services", ended("notifications"), "throughline run notifications"),
    "a node is not connected": ("nodes", ended(QUEUE), "call them"),
    "the directory was not dated for long": (
        "directory",
        doing("referral", lambda: update(directory_versions).values(dated_at=now() - timedelta(hours=20))),
        "run referral",
    ),
    "something waits long": ("outbox", doing("notifications", lambda: row_of_outbox(3)), "outbox status"),
    "something waits too long": (
        "outbox",
        doing("notifications", lambda: row_of_outbox(30)),
        "outbox status",
    ),
    "something is parked": ("parked", doing("reporting", row_of_parked), "parked list"),
    "nobody answers at the pages": (
        "public_address",
        lambda hub: hub.settings.update(public_url=f"http://127.0.0.1:{closed_port()}"),
        "throughline web reporting",
    ),
}  #: what is wrong: the check that finds it, how it is planted, and what its remedy says


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
