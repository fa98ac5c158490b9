"""Who empties the outbox: what is committed is published in packs, and forgotten once it is confirmed."""

from collections.abc import Iterable
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Thread

from psycopg import Connection

from bench.peers.batches.wire import PACK, Publisher
from bench.peers.settings import Settings


@dataclass(frozen=True)
class Row:
    """What is to be told: the referral's id, and the event."""

    id: str
    body: bytes


class Relay:
    """A thread with a connection of its own. What is in the outbox when it starts is sent first."""

    def __init__(self, settings: Settings, exchange: str, database: Connection) -> None:
        self._database, self._publisher = database, Publisher(settings, exchange)
        self._rows: SimpleQueue[Row] = SimpleQueue()
        database.execute("SET synchronous_commit = off")  # a deletion that is lost is made again
        self.send(Row(*one) for one in database.execute("SELECT id::text, body FROM outbox"))
        Thread(target=self._run, daemon=True).start()

    def send(self, rows: Iterable[Row]) -> None:
        """They are committed."""
        for row in rows:
            self._rows.put(row)

    def _run(self) -> None:
        while True:
            rows = self._take()
            self._publisher.publish(b"[" + b",".join(row.body for row in rows) + b"]")
            ids = [row.id for row in rows]
            self._database.execute("DELETE FROM outbox WHERE id = ANY(%s::uuid[])", [ids])

    def _take(self) -> list[Row]:
        rows = [self._rows.get()]
        while len(rows) < PACK:
            try:
                rows.append(self._rows.get_nowait())
            except Empty:
                break
        return rows
