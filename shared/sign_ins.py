"""Failed sign-ins: a delay that grows, never a lock-out (security, section 4)."""

import hashlib
from datetime import timedelta
from math import ceil

from sqlalchemy import Column, Integer, MetaData, String, Table, delete, update

from shared.database import Moment, Transaction
from shared.rows import insert_into

FREE_ATTEMPTS = 3
LONGEST_WAIT = 42  #: seconds
FORGOTTEN_AFTER = timedelta(hours=1)


class TooEarly(Exception):
    """It failed too often lately: the next attempt may come after so many ``seconds``."""

    def __init__(self, seconds: int) -> None:
        super().__init__("wait")
        self.seconds = seconds


def add_sign_in_table(metadata: MetaData) -> Table:
    """Define it in the service's own metadata. Names are hashed, so that what was mistyped is not kept."""
    return Table(
        "sign_ins",
        metadata,
        Column("name_sha256", String(64), primary_key=True),
        Column("failures", Integer, nullable=False),
        Column("wait_until", Moment, nullable=False),
    )


def count_attempt(tx: Transaction, table: Table, name: str) -> None:
    """Count an attempt before it is tried, so that many at once gain nothing; raises TooEarly.

    The row is made and locked by one statement: those who come first at the same moment wait for each other too.
    """
    put = insert_into(tx, table).values(name_sha256=sha256(name), failures=0, wait_until=tx.at)
    held = put.on_conflict_do_update(index_elements=["name_sha256"], set_={"failures": table.c.failures})
    row = tx.execute(held.returning(table.c.failures, table.c.wait_until)).one()
    if row.failures > FREE_ATTEMPTS and tx.at < row.wait_until:
        raise TooEarly(ceil((row.wait_until - tx.at).total_seconds()))
    failures = 1 if tx.at - row.wait_until > FORGOTTEN_AFTER else row.failures + 1
    wait_until = tx.at + timedelta(seconds=_wait_after(failures))
    mine = table.c.name_sha256 == sha256(name)
    tx.execute(update(table).where(mine).values(failures=failures, wait_until=wait_until))


def _wait_after(failures: int) -> int:
    return 0 if failures <= FREE_ATTEMPTS else min(2 ** min(failures - FREE_ATTEMPTS, 10), LONGEST_WAIT)


def forget_failures(tx: Transaction, table: Table, name: str) -> None:
    """A sign-in succeeded: forget its failures, and everybody's that are long past."""
    old = table.c.wait_until < tx.at - FORGOTTEN_AFTER
    tx.execute(delete(table).where((table.c.name_sha256 == sha256(name)) | old))


def sha256(secret: str) -> str:
    """Of a name, or of a token, which is random and so needs no salt."""
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()
