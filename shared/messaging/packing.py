"""Many events in one message of the broker, so that under load each costs little."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from uuid import UUID

import orjson

from shared.messaging.drafts import joined
from shared.messaging.message import LARGEST, Outgoing
from shared.sealing import is_envelope

ONE, MANY = "application/cloudevents+json", "application/cloudevents-batch+json"
ENVELOPE = "application/vnd.throughline.envelope"
MOST = 100  #: events in one pack
LARGEST_PACK = 300_000  #: bytes: some forty referrals, and less than a third of the largest message

Pack = list[Outgoing]


def packed(messages: Iterable[Outgoing]) -> Iterator[Pack]:
    """The messages in packs: those for one place and of one type that follow each other there.

    Each place hears its messages in the order they have here. What is a pack already goes alone.
    """
    open_packs: dict[tuple[str, str], Pack] = {}
    sizes: Counter[tuple[str, str]] = Counter()
    for message in messages:
        place, alone = _place(message.exchange, message.routing_key), is_pack(message.body)
        pack = open_packs.setdefault(place, [])
        if pack and (alone or not _fits(message, pack, sizes[place])):
            yield pack
            open_packs[place] = pack = []
            sizes[place] = 0
        if alone:
            yield [message]
        else:
            pack.append(message)
            sizes[place] += len(message.body)
    yield from filter(None, open_packs.values())


@lru_cache(maxsize=10_000)
def _place(exchange: str, routing_key: str) -> tuple[str, str]:
    """Where it is heard: all but the event's type, which has two parts."""
    return exchange, routing_key.rpartition(".")[0].rpartition(".")[0]


def _fits(message: Outgoing, pack: Pack, size: int) -> bool:
    return (
        message.routing_key == pack[0].routing_key
        and len(pack) < MOST
        and size + len(message.body) < LARGEST_PACK
    )


def is_pack(body: bytes) -> bool:
    """Whether the bytes are a pack's; an event's begin otherwise."""
    return body.startswith(b"[")


def content_type(body: bytes) -> str:
    """What the broker is told that the body is."""
    if is_envelope(body):
        return ENVELOPE
    return MANY if is_pack(body) else ONE


def as_one(pack: Pack) -> Outgoing:
    """The pack as one message, under the id of its first."""
    return replace(pack[0], body=joined([one.body for one in pack]))


def unpacked(body: bytes, id: UUID | None) -> list[tuple[UUID | None, bytes]]:  # noqa: A002
    """The events of a message, each with its id; what is no pack of ours is one event of the message's own id."""
    events = _parsed(body) if is_pack(body) and len(body) <= LARGEST else None
    if not isinstance(events, list) or not 0 < len(events) <= MOST:
        return [(id, body)]
    return [(_id_of(event), orjson.dumps(event)) for event in events]


def _parsed(body: bytes) -> object:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return None


def _id_of(event: object) -> UUID | None:
    return as_uuid(event.get("id")) if isinstance(event, dict) else None


def as_uuid(text: object) -> UUID | None:
    """The id, or None for what is none."""
    try:
        return UUID(str(text))
    except ValueError:
        return None
