"""A message as it travels: CloudEvents 1.0 attributes around an event's data."""

import re
from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any, Protocol
from uuid import UUID

import orjson
from marshmallow import ValidationError

from shared.messaging.errors import Refused, Unready
from shared.schemas import Event, find, newest
from shared.sealing import Letter
from shared.values import value

HUB = "hub"  #: the sender's name of every service of the hub
SCHEMA = "urn:throughline:schema:"
LARGEST = 1_048_576  #: bytes of a whole message
CONTENTS = 16  #: bytes by which contents are told apart
TEXTS = ("specversion", "id", "source", "type", "dataschema")  #: attributes of each event
_VERSION = re.compile(r"[0-9]{1,6}\.[0-9]{1,6}")


Key = tuple[str, UUID]  #: sender and id


@value(frozen=True)
class Outgoing:
    """What is to be said: where to, and the bytes that are committed (see ``drafts``).

    ``awaits`` names the receipt until which it is kept; ``not_before`` is when it leaves at the earliest.
    """

    id: UUID
    exchange: str
    routing_key: str
    body: bytes
    awaits: str | None = None
    not_before: datetime | None = None


NOT_FOR_US = (
    "not_for_us"  #: why an envelope is not opened that is sealed to a key which is not ours, or not here yet
)


DIED_WITH = (
    "delivery_limit"  #: why a message is tried by itself that was handed over often, and never answered
)


@value(frozen=True)
class Incoming:
    """A message as the broker handed it over, or one event of it, not yet believed.

    ``body`` is always the whole message. Of one that came in an envelope ``said`` is the event, ``letter`` the letter
    that says it, ``beside`` the letters of others that it encloses, by their hashes; ``damaged`` says why none is.
    ``given_up``: so often was it handed over without an answer that it may be what ends the process.
    ``tag`` is what it is told apart by from all others that were taken over the same link.
    """

    id: UUID | None
    routing_key: str
    body: bytes
    attempt: int = 0
    given_up: bool = False
    ends_pack: bool = True
    tag: Any = field(default=None, compare=False)
    said: Mapping[str, Any] | None = field(default=None, compare=False)
    letter: Letter | None = field(default=None, compare=False)
    beside: Mapping[str, Letter] = field(default_factory=dict, compare=False)
    damaged: str | None = None


@value(frozen=True)
class Message:
    """An opened message: who says so, and the event.

    ``letter`` proves it; ``beside`` are letters of others that it encloses, by their hashes, each proven too.
    ``contents`` stands for all that was said, however it was written: two that differ in it say different things.
    """

    id: UUID
    sender: str
    event: Event
    attempt: int = 0
    ends_pack: bool = True
    letter: Letter | None = None
    beside: Mapping[str, Letter] = field(default_factory=dict)
    contents: bytes | None = field(default=None, compare=False)

    @property
    def key(self) -> Key:
        """By which it is known again: nobody's ids can stand in the way of another's."""
        return self.sender, self.id


def encode(event: Event, *, id: UUID, sender: str, subject: UUID | str, at: datetime) -> bytes:  # noqa: A002
    """The wire form of an event: one JSON object in UTF-8."""
    return envelope(event, encode_data(event), id=id, sender=sender, subject=subject, at=at)


def encode_data(event: Event) -> orjson.Fragment:
    """The event's data, so that it is encoded once for all it goes to."""
    return orjson.Fragment(event.to_json())


def envelope(  # noqa: PLR0913 - CloudEvents has that many attributes
    event: Event,
    data: orjson.Fragment,
    *,
    id: UUID,  # noqa: A002
    sender: str,
    subject: UUID | str,
    at: datetime,
) -> bytes:
    """CloudEvents 1.0 attributes around encoded data."""
    return orjson.dumps(
        {
            "specversion": "1.0",
            "id": id,
            "source": f"/{sender}",
            "type": event.type,
            "time": at,
            "subject": subject,
            "dataschema": f"{SCHEMA}{event.type}:{event.version}",
            "datacontenttype": "application/json",
            "data": data,
        }
    )


class Trust(Protocol):
    """Decides whether a letter is by whom it says; how it knows is its own affair."""

    def believe(self, letter: Letter) -> None:
        """Raises Refused with a reason when it is not, or is not for us; Unready when that cannot be told yet."""

    def must_sign(self, sender: str) -> bool:
        """Whether what that sender says without a signature is not to be heard."""


def open_message(incoming: Incoming, trust: Trust | None = None) -> Message:
    """Check everything about a message, cheapest first; raises Refused, or Unready, with a reason code."""
    if incoming.given_up:
        raise Unready(DIED_WITH)  # to be tried by itself
    if len(incoming.body) > LARGEST:
        raise Refused("too_large")
    if incoming.damaged == NOT_FOR_US:
        raise Unready(NOT_FOR_US)  # sealed to a key that this process may be given when it is started anew
    if incoming.damaged:
        raise Refused(incoming.damaged)
    wire = _cloud_event(incoming.said if incoming.letter else _parse(incoming.body))
    # Who says it comes first: what is parked for its schema may be sent again later.
    sender = _sender(wire, incoming.routing_key)
    _believe(incoming, sender, trust)
    event = _event(_declared(wire["type"], wire["dataschema"]), wire["data"])
    id_ = _id(incoming, wire)
    return Message(
        id_,
        sender,
        event,
        incoming.attempt,
        incoming.ends_pack,
        incoming.letter,
        _proven(incoming, trust),
        sha256(orjson.dumps(wire, option=orjson.OPT_SORT_KEYS)).digest()[:CONTENTS],
    )


def _believe(incoming: Incoming, sender: str, trust: Trust | None) -> None:
    if trust is None:
        return
    if incoming.letter is None:
        if trust.must_sign(sender):
            raise Refused("not_signed")
        return
    if incoming.letter.said.sender != sender:
        raise Refused("sender_forged")
    trust.believe(incoming.letter)


def _proven(incoming: Incoming, trust: Trust | None) -> Mapping[str, Letter]:
    if not incoming.beside or trust is None:
        return incoming.beside
    return {hash_: letter for hash_, letter in incoming.beside.items() if _is_believed(letter, trust)}


def _is_believed(letter: Letter, trust: Trust) -> bool:
    try:
        trust.believe(letter)
    except Refused:
        return False  # whoever needs it will say that it is missing; Unready is for the whole message
    return True


def _parse(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Refused("not_json") from None


def _cloud_event(wire: Any) -> dict[str, Any]:
    if not isinstance(wire, dict) or [*map(type, map(wire.get, TEXTS))] != [str] * len(TEXTS):
        raise Refused("not_a_cloud_event")
    if wire["specversion"] != "1.0" or not isinstance(wire.get("data"), dict):
        raise Refused("not_a_cloud_event")
    return wire


@lru_cache(maxsize=1_000)
def _declared(kind: str, schema: str) -> type[Event]:
    prefix, _, version = schema.rpartition(":")
    if prefix != SCHEMA + kind or not _VERSION.fullmatch(version):
        raise Refused("schema_name")
    declared = find(kind, version)
    if declared is None:
        raise Refused("newer_version" if newest(kind) else "unknown_event")
    return declared


def _sender(wire: dict[str, Any], routing_key: str) -> str:
    """What topic authorisation let through must be what the envelope claims."""
    claimed = str(wire["source"]).removeprefix("/")
    came_from = routing_key.split(".")[1] if routing_key.startswith("from.") else None
    if came_from is not None and came_from != claimed:
        raise Refused("sender_forged")
    if came_from is None and routing_key.startswith("to.") and claimed != HUB:
        raise Refused("sender_forged")
    return claimed


def _id(incoming: Incoming, wire: dict[str, Any]) -> UUID:
    if incoming.letter and incoming.id:
        return incoming.id  # the event's own
    try:
        claimed = UUID(wire["id"])
    except ValueError:
        raise Refused("message_id") from None
    if incoming.id is not None and incoming.id != claimed:
        raise Refused("message_id")
    return claimed


def _event(declared: type[Event], data: dict[str, Any]) -> Event:
    try:
        return declared.load(data)
    except ValidationError:
        raise Refused("invalid_data") from None  # the cause quotes the contents
