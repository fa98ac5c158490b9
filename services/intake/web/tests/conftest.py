"""The fixtures of the tests of the pages and of the API."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from services.intake.tests.node import Node, make_database
from services.intake.web.tests.site import Site
from services.intake.web.tests.visitors import Browser, Partner
from shared.database import Database


@pytest.fixture(scope="session")
def web_database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """One database for all tests; each finds it empty."""
    with closing(make_database(tmp_path_factory.mktemp("web"))) as database:
        yield database


@pytest.fixture
def node(web_database: Database) -> Node:
    """An organisation's node that nobody is registered at."""
    return Node(web_database)


@pytest.fixture
def site(node: Node) -> Site:
    """The node's web process."""
    return Site(node)


@pytest.fixture
def browser(site: Site) -> Browser:
    """A case worker, signed in."""
    return site.browser()


@pytest.fixture
def partner(site: Site) -> Partner:
    """A case worker's own system."""
    return site.partner()
