"""A post office for tests: parties with keys, a link that keeps what it is given, and letters of any kind."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from shared.clock import new_id
from shared.database import Database
from shared.messaging.keybook import KeyBook
from shared.messaging.link import Settled
from shared.messaging.message import HUB, Incoming, Message, Outgoing, encode, open_message
from shared.messaging.post import Post
from shared.messaging.scribe import Scribe
from shared.messaging.topology import NETWORK_IN
from shared.schemas.intake import HistoryAsked
from shared.sealing import Letter, OwnKeys, SigningKey, enclose, framed, write_letter
from shared.sealing.founding import found

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
NODE, OTHER = "harbour-house", "legal-aid"
KEYS = {party: OwnKeys.generate() for party in (NODE, OTHER, HUB)}
ROOT = SigningKey.generate()
NETWORK = found("tests", [ROOT], 1, {party: (party, keys.public) for party, keys in KEYS.items()}, AT)
QUEUES = {HUB: "referral", NODE: f"node.{NODE}", OTHER: f"node.{OTHER}"}
KEY = f"from.{NODE}.intake.history_asked"


@dataclass
class Wire:
    """A link that keeps what it is given, and hands out what it is told to."""

    published: list[Outgoing] = field(default_factory=list)
    arriving: list[Incoming] = field(default_factory=list)
    acknowledged: list[Incoming] = field(default_factory=list)
    answers: Settled = field(default_factory=Settled)
    blocked: bool = False
    open_publishes: int = 0
    waited: list[float] = field(default_factory=list)

    def publish(self, messages: Sequence[Outgoing]) -> None:
        self.published.extend(messages)

    def settled(self) -> Settled:
        answers, self.answers = self.answers, Settled()
        return answers

    def take(self, limit: int, timeout: float, linger: float = 0.0) -> list[Incoming]:
        self.waited.append(timeout)
        taken, self.arriving = self.arriving[:limit], self.arriving[limit:]
        return taken

    def acknowledge(self, batch: Sequence[Incoming]) -> None:
        self.acknowledged.extend(batch)

    def stop_taking(self) -> None:
        """Nothing to stop."""

    def close(self, *, politely: bool) -> None:
        """Nothing to close."""


def table(database: Database, name: str) -> Any:
    return database.outbox.table.metadata.tables[name]


def scribe(database: Database, name: str) -> Scribe:
    """Who has looked up everybody's keys."""
    book = KeyBook(name, table(database, "keys"))
    book.learn(database, (NODE, OTHER, HUB))
    return Scribe(name, KEYS[name], book)


def post(database: Database, name: str) -> tuple[Post, Wire]:
    wire = Wire()
    return Post(wire, scribe(database, name)), wire


def question(sender: str = NODE) -> tuple[UUID, bytes]:
    id_ = new_id()
    event = HistoryAsked(referral_id=new_id(), after=0)
    return id_, encode(event, id=id_, sender=sender, subject="", at=AT)


def questions(count: int, awaits: str | None = None) -> list[Outgoing]:
    return [Outgoing(id_, NETWORK_IN, KEY, body, awaits) for id_, body in (question() for _ in range(count))]


def carried(
    database: Database, messages: Sequence[Outgoing], to: str = HUB, sender: str = NODE
) -> list[Incoming]:
    """What the reader takes out of what the sender's post has sent."""
    there, wire = post(database, sender)
    there.publish(messages)
    here, arriving = post(database, to)
    arriving.arriving = [Incoming(m.id, m.routing_key, m.body) for m in wire.published]
    return here.take(1_000, 0)


def believed(database: Database, incoming: Incoming, name: str = HUB) -> Message:
    return open_message(incoming, scribe(database, name).book)


def in_envelope(letter: Letter, key: str = KEY, reader: str = HUB) -> Incoming:
    """The one event of a letter, as the broker might bring it."""
    body = enclose(framed([letter]), reader=reader, key=KEYS[reader].public.sealing)
    wire = Wire(arriving=[Incoming(None, key, body)])
    book = KeyBook(reader, None)  # type: ignore[arg-type]
    [taken] = Post(wire, Scribe(reader, KEYS[reader], book)).take(1, 0)
    return taken


def written(
    *, claims: str = NODE, by: str = NODE, readers: Sequence[str] = (HUB,), source: str = NODE
) -> Letter:
    _, body = question(source)
    return write_letter([body], sender=claims, readers=readers, signing=KEYS[by].signing[0])
