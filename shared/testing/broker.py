"""A real RabbitMQ for tests, and a virtual host of its own for each of them."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol
from urllib.parse import quote, urlsplit
from uuid import uuid4

from shared.messaging.management import Management
from shared.messaging.private_broker import PrivateBroker, is_chosen
from shared.messaging.provision import provision
from shared.messaging.standing import hub_places, node_places
from shared.testing.containers import RABBITMQ, ContainerBroker, can_run

DECLARATION_WRITTEN = 3.0  #: seconds; Mnesia writes its log every 2, and what is declared lives there


class Broker(Protocol):
    """A running RabbitMQ; both addresses carry its administrator's name and password."""

    amqp_url: str
    management_url: str

    def is_running(self) -> bool:
        """Whether it lives."""

    def kill(self) -> None:
        """End it at once, as a power cut would."""

    def restart(self) -> None:
        """Start it again on the same ports with what it kept; ready on return."""

    def close(self) -> None:
        """End it and remove everything it kept."""


def start_broker() -> Broker:
    """The one chosen, else a container where Docker can run it, else an installed one, else ``NotInstalled``."""
    return ContainerBroker() if not is_chosen() and can_run(RABBITMQ) else PrivateBroker()


@contextmanager
def fresh_vhost(broker: Broker) -> Iterator[str]:
    """An empty virtual host as its administrator's address, gone afterwards."""
    management, vhost = Management(broker.management_url), f"test-{uuid4().hex}"
    _revive(broker)
    management.create_vhost(vhost)
    try:
        yield at_vhost(broker, vhost)
    finally:
        _revive(broker)
        management.delete_vhost(vhost)


def furnish(broker: Broker, url: str, *orgs: str) -> None:
    """Make at a virtual host what the hub and these organisations need there, but for their users."""
    wanted = hub_places()
    for org in orgs:
        wanted |= node_places(org)
    provision(Management(broker.management_url), vhost_of(url), wanted)


def vhost_of(url: str) -> str:
    """The virtual host in an address that a test was given."""
    return url.rpartition("/")[2]


def at_vhost(broker: Broker, vhost: str) -> str:
    """The administrator's address of a virtual host."""
    return broker.amqp_url.removesuffix("%2F") + vhost


def let_declarations_settle() -> None:
    """Wait until what was declared outlives a ``kill``: a confirmed message needs no wait, its queue does."""
    time.sleep(DECLARATION_WRITTEN)


def as_user(url: str, user: str, password: str) -> str:
    """The same address for another user."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return parts._replace(netloc=f"{quote(user, safe='')}:{quote(password, safe='')}@{host}").geturl()


def _revive(broker: Broker) -> None:
    """A test that failed between its ``kill`` and its ``restart`` must not fail all that follow it."""
    if not broker.is_running():
        broker.restart()
