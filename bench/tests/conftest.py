"""Two referrals that were counted, and an empty outbox."""

from collections.abc import Iterator
from contextlib import closing

import pytest
from sqlalchemy import text

from bench.effects import Effect, Effects
from shared.database import Database


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    """What they left."""
    with closing(Database(sqlite_url)) as made:
        with made.transaction() as tx:
            tx.execute(text("CREATE TABLE counted (referral_id INTEGER)"))
            tx.execute(text("CREATE TABLE outbox (message_id INTEGER)"))
            tx.execute(text("INSERT INTO counted VALUES (1), (2)"))
        yield made


@pytest.fixture
def effects(sqlite_url: str) -> Iterator[Effects]:
    """One row of each referral, and none in the outbox."""
    counted = Effect("counted", sqlite_url, "counted", "referral_id")
    with closing(Effects([counted, Effect("left", sqlite_url, "outbox", "message_id", 0)])) as made:
        yield made
