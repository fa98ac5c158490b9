"""A network to break: real RabbitMQ, SQLite nodes and hub, processes that a supervisor restarts."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.demo.broker import start_broker
from deploy.demo.plan import make_plan
from tests.network import Network, running


@pytest.fixture(scope="session")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    folder: Path = tmp_path_factory.mktemp("network")
    plan = make_plan(folder)
    orgs = [node.org for node in plan.nodes]
    with running(plan, lambda: start_broker("rabbitmq", folder, orgs, plan.password)) as network:
        yield network
