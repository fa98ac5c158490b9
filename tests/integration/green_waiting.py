"""Two of a worker's greenlets that want one row, in a process of their own, since a process is green or is not."""

# ruff: noqa: I001 - sockets and threads are patched before anybody uses them, as a worker does
import deploy.green  # noqa: F401

import sys

import eventlet
from sqlalchemy import text

from shared.database import Database

HOLDS = 0.5  #: seconds for which each keeps the row


def main() -> None:
    """Of the database at this address: the number that both have raised, and whether a third had turns meanwhile."""
    database, turns = Database(sys.argv[1]), []

    def tick() -> None:
        while True:
            turns.append(True)
            eventlet.sleep(0.001)

    with database.transaction() as tx:
        tx.execute(text("CREATE TABLE things (number INTEGER NOT NULL)"))
        tx.execute(text("INSERT INTO things VALUES (0)"))
    eventlet.spawn(tick)
    counts = [one.wait() for one in [eventlet.spawn(_raise, database, turns) for _ in range(2)]]
    with database.reading() as tx:
        number = tx.execute(text("SELECT number FROM things")).scalar_one()
    sys.stdout.write(f"{number} {max(counts) > 1}\n")


def _raise(database: Database, turns: list[bool]) -> int:
    """How often the third had its turn while this one waited for the row."""
    before = len(turns)
    with database.transaction() as tx:
        tx.execute(text("UPDATE things SET number = number + 1"))
        waited = len(turns) - before
        eventlet.sleep(HOLDS)
    return waited


if __name__ == "__main__":
    main()
