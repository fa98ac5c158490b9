"""The fixture of every test of the intake service."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from structlog.testing import capture_logs

from services.intake.storage.tables import partners
from services.intake.tests.conferring import FOURTH, THIRD
from services.intake.tests.node import (
    ADMIN,
    AUDITOR,
    CHEAP,
    COLLEAGUE,
    FOCAL_POINT,
    HERE,
    THEIR_KEY,
    WORKER,
    Node,
    make_database,
)
from services.intake.usecases.staff import NewStaff, add_staff
from shared.database import Database


@pytest.fixture(scope="session")
def node_database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """One database for all tests; each finds it empty."""
    with closing(make_database(tmp_path_factory.mktemp("node"))) as database:
        yield database


@pytest.fixture
def node(node_database: Database) -> Node:
    """An organisation's node that knows the directory and nobody yet."""
    return Node(node_database)


@pytest.fixture
def staffed(node: Node) -> Node:
    """A node where everybody exists who is named here."""
    for actor in (WORKER, COLLEAGUE, FOCAL_POINT, ADMIN, AUDITOR):
        new = NewStaff(actor.username, "seven quiet lanterns", actor.role, actor.username.title())
        add_staff(node.database, new, org=HERE, hasher=CHEAP)
    return node


@pytest.fixture
def logs() -> Iterator[list[Any]]:
    """What is logged during the test."""
    with capture_logs() as entries:
        yield entries


@pytest.fixture
def among_three(node: Node) -> Node:
    """Two more organisations are in the network, with keys."""
    with node.database.transaction() as tx:
        for org in (THIRD, FOURTH):
            known = {"org": org, "name": org, "public_key": THEIR_KEY.public}
            tx.execute(partners.insert().values(known))
    return node
