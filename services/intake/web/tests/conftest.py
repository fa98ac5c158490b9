"""The fixtures of the tests of the pages and of the API."""

from collections.abc import Iterator
from contextlib import closing
from threading import BoundedSemaphore

import pytest
from flask import Flask

from services.intake.tests.node import Node, make_database
from services.intake.web import unread
from services.intake.web.tests.site import Site, make_web
from services.intake.web.tests.visitors import Browser, Partner
from shared.database import Database


@pytest.fixture(autouse=True)
def streams_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """The live count ends at once: a test's client reads an answer to its end."""
    monkeypatch.setattr(unread, "LASTS", 0)
    monkeypatch.setattr(unread, "_free", BoundedSemaphore(unread.STREAMS))


@pytest.fixture(scope="session")
def web_database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """One database for all tests; each finds it empty."""
    with closing(make_database(tmp_path_factory.mktemp("web"))) as database:
        yield database


@pytest.fixture
def node(web_database: Database) -> Node:
    """An organisation's node that nobody is registered at."""
    return Node(web_database)


@pytest.fixture(scope="session")
def web(web_database: Database) -> Flask:
    """The web process of all tests."""
    return make_web(web_database)


@pytest.fixture
def site(node: Node, web: Flask) -> Site:
    """The node's web process, with its staff."""
    return Site(node, web)


@pytest.fixture
def worker(site: Site) -> Browser:
    """A case worker, signed in."""
    return site.browser()


@pytest.fixture
def partner(site: Site) -> Partner:
    """A case worker's own system."""
    return site.partner()
