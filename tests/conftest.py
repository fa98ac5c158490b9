"""What tests of messages between services, and of what is installed, may ask for by name."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from shared.messaging.amqp import AmqpLink
from shared.testing.broker import Broker, furnish
from tests import installed
from tests.desks import NODE


@pytest.fixture
def hub(broker: Broker, vhost: str) -> str:
    """The administrator's address of a virtual host where a hub and one node have their queues."""
    furnish(broker, vhost, NODE)
    return vhost


@pytest.fixture
def link(hub: str) -> Iterator[Callable[[str], AmqpLink]]:
    """Opens a link to the queue of that name; the link is ended after the test."""
    with ExitStack() as opened:

        def to(queue: str) -> AmqpLink:
            made = AmqpLink(hub, queue)
            opened.callback(made.close, politely=False)
            return made

        yield to


@pytest.fixture
def logs() -> Iterator[list[Any]]:
    """What is logged during the test."""
    with capture_logs() as entries:
        yield entries


@pytest.fixture(scope="session")
def wheel() -> Path:
    """Built just now from this checkout."""
    return installed.wheel()


@pytest.fixture(scope="session")
def programs() -> Path:
    """The programs of an environment with the wheel in it, and nothing of the checkout."""
    return installed.programs()
