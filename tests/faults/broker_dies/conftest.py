"""A broker that may be killed, and is given to nobody else afterwards.

A RabbitMQ 3.10 that was killed right after a declaration, or whose queues are removed right after it came back, may
take no queue ever after: each is answered with an internal error (measured). So nothing is removed from this one.
"""

from collections.abc import Iterator
from contextlib import closing
from uuid import uuid4

import pytest

from shared.messaging.management import Management
from shared.testing.broker import Broker, at_vhost, start_broker


@pytest.fixture(scope="module")
def broker() -> Iterator[Broker]:
    with closing(start_broker()) as started:
        yield started


@pytest.fixture
def vhost(broker: Broker) -> str:
    name = f"test-{uuid4().hex}"
    Management(broker.management_url).create_vhost(name)
    return at_vhost(broker, name)
