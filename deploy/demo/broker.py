"""Which broker the demo runs on: one that is given, one of this machine, one in Docker, or the embedded bus."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

from shared.messaging import embedded
from shared.messaging.management import Management
from shared.messaging.private_broker import PrivateBroker, is_installed
from shared.messaging.provision import provision
from shared.messaging.standing import whole_network
from shared.messaging.topology import HUB_QUEUES, HUB_USER, node_bindings, node_queue

GIVEN, GIVEN_MANAGEMENT = "THROUGHLINE_AMQP_URL", "THROUGHLINE_BROKER_MANAGEMENT_URL"
RABBITMQ, EMBEDDED = "rabbitmq", "embedded"


class NoBroker(Exception):
    """The broker that was asked for cannot be had; the message says what to do."""


@dataclass(frozen=True)
class DemoBroker:
    """A broker that is ready and provisioned: how each user reaches it, and how it is kept alive and ended."""

    kind: str
    url: str
    url_of: Callable[[str], str]
    data_dir: Path | None
    pid: Callable[[], int | None] = lambda: None
    revive: Callable[[], None] = lambda: None
    close: Callable[[], None] = lambda: None


def start_broker(kind: str, directory: Path, orgs: Sequence[str], password: str) -> DemoBroker:
    """The broker of that kind, or for ``auto`` the best there is. Raises NoBroker."""
    if kind == EMBEDDED or (kind == "auto" and not _given() and not is_installed() and not _docker()):
        return _embedded(directory, orgs)
    if _given():
        return given(os.environ[GIVEN], os.environ[GIVEN_MANAGEMENT], orgs, password)
    if is_installed():
        return _private(directory, orgs, password)
    if _docker():
        return _container(orgs, password)
    raise NoBroker("there is no RabbitMQ here: run apt-get install rabbitmq-server, or use --broker embedded")


def _given() -> bool:
    if GIVEN in os.environ and GIVEN_MANAGEMENT not in os.environ:
        raise NoBroker(f"{GIVEN} is set: set {GIVEN_MANAGEMENT} as well, or unset both")
    return GIVEN in os.environ


def _docker() -> bool:
    try:
        from shared.testing.containers import RABBITMQ as IMAGE
        from shared.testing.containers import can_run
    except ImportError:
        return False
    return can_run(IMAGE)


def _private(directory: Path, orgs: Sequence[str], password: str) -> DemoBroker:
    private = PrivateBroker(directory / "broker")

    def revive() -> None:
        if not private.is_running():
            private.restart()

    users = given(private.amqp_url, private.management_url, orgs, password)
    return DemoBroker(
        RABBITMQ,
        private.amqp_url,
        users.url_of,
        private.directory,
        lambda: private.pid,
        revive,
        private.close,
    )


def _container(orgs: Sequence[str], password: str) -> DemoBroker:
    from shared.testing.containers import ContainerBroker

    container = ContainerBroker()
    users = given(container.amqp_url, container.management_url, orgs, password)
    return DemoBroker(RABBITMQ, container.amqp_url, users.url_of, None, close=container.close)


def given(admin_url: str, management_url: str, orgs: Sequence[str], password: str) -> DemoBroker:
    """Provision, and give every organisation and the hub a user of its own."""
    vhost = urlsplit(admin_url).path[1:].replace("%2F", "/") or "/"
    passwords = dict.fromkeys((HUB_USER, *orgs), password)
    provision(Management(management_url), vhost, whole_network(orgs), passwords=passwords)
    return DemoBroker(RABBITMQ, admin_url, lambda user: _as_user(admin_url, user, password), None)


def _as_user(url: str, user: str, password: str) -> str:
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return parts._replace(netloc=f"{quote(user)}:{quote(password, safe='')}@{host}").geturl()


def _embedded(directory: Path, orgs: Sequence[str]) -> DemoBroker:
    path = directory / "bus.db"
    provision_embedded(path, orgs)
    url = f"embedded://{path}"
    return DemoBroker(EMBEDDED, url, lambda _user: url, path.parent)


def provision_embedded(path: Path, orgs: Sequence[str]) -> None:
    """The same queues as at the real broker, as mailboxes."""
    bus = embedded.open_bus(str(path))
    for queue, bindings in HUB_QUEUES.items():
        embedded.provision(bus, queue, bindings)
    for org in orgs:
        embedded.provision(bus, node_queue(org), node_bindings(org))
    bus.close()
