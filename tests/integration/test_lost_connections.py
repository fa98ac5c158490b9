"""A connection to PostgreSQL that ended while nobody used it is replaced, and whoever comes next notices nothing."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing

import pytest
from sqlalchemy import text

from shared.database import Database, Transaction
from shared.polling import poll_until
from shared.testing.proxy import Proxy

MINE = text("SELECT pg_backend_pid()")
OTHERS = text(
    "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid != pg_backend_pid()"
)
END_IT = text("SELECT pg_terminate_backend(:pid)")
Ways = Callable[[Transaction, Proxy], None]


def by_the_server(tx: Transaction, proxy: Proxy) -> None:
    """As when it is restarted."""
    for pid in tx.execute(OTHERS).scalars().all():
        tx.execute(END_IT, {"pid": pid})


def by_the_network(tx: Transaction, proxy: Proxy) -> None:
    """As when something on the way resets it."""
    proxy.cut()


@pytest.fixture
def proxy(postgres_url: str) -> Iterator[Proxy]:
    with Proxy(postgres_url) as started:
        yield started


@pytest.fixture
def database(proxy: Proxy) -> Iterator[Database]:
    with closing(Database(proxy.url)) as opened:
        yield opened


def three(database: Database) -> set[int]:
    """The server's own names of three connections at once."""
    with ExitStack() as at_once:
        opened = [at_once.enter_context(database.transaction()) for _ in range(3)]
        return {tx.execute(MINE).scalar_one() for tx in opened}


@pytest.mark.parametrize("end", [by_the_server, by_the_network])
def test_those_that_ended_are_replaced(
    database: Database, postgres_url: str, proxy: Proxy, end: Ways
) -> None:
    before = three(database)
    with closing(Database(postgres_url)) as beside, beside.reading() as tx:
        end(tx, proxy)
        poll_until(lambda: not tx.execute(OTHERS).all(), seconds=10, what="the server to see them gone")
    after = three(database)
    assert (len(after), before & after) == (3, set())


def test_those_that_live_are_kept(database: Database) -> None:
    assert three(database) == three(database)
