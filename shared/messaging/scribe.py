"""The scribe: where a party writes what it says into letters and envelopes, and reads those of others."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from shared.messaging.drafts import inner, split
from shared.messaging.keybook import KeyBook
from shared.messaging.message import HUB, LARGEST, Incoming, Outgoing
from shared.messaging.packing import Pack, as_uuid, unpacked
from shared.messaging.topology import NETWORK_OUT
from shared.sealing import (
    CannotOpen,
    Letter,
    OwnKeys,
    SigningKey,
    Unsigned,
    disclose,
    enclose,
    framed,
    is_envelope,
    write_letters,
)

EVERYBODY = "all"
PACK_RECEIVED = "received"  #: what is awaited until the last event of its letter is received


def reader_of(message: Outgoing) -> str:
    """Who is to open it: an organisation's node, everybody, or the hub."""
    return message.routing_key.split(".")[1] if message.exchange == NETWORK_OUT else HUB


@dataclass(frozen=True)
class Scribe:
    """What one party needs to write and read: its name, its keys, and those of the others."""

    name: str
    keys: OwnKeys
    book: KeyBook

    def write(self, unsigned: Sequence[Unsigned]) -> list[Letter]:
        """Say each in a letter; its events may be several in one, with commas between, and no readers means all."""
        return write_letters(unsigned, sender=self.name, signing=self.signing_key())

    def signing_key(self) -> SigningKey:
        """The key that the others know: the one that the register names, or else our oldest."""
        known = self.book.signing_keys(self.name)[:1]
        return next((key for key in self.keys.signing if key.public in known), self.keys.signing[-1])

    def envelope(self, pack: Pack) -> Outgoing | None:
        """The pack as one message that only its reader can open; None while the reader has no key."""
        reader = reader_of(pack[0])
        readers = () if reader == EVERYBODY else (reader,)
        key = self.book.sealing_key(reader) if readers else None
        if readers and key is None:
            return None
        drafts = [(message, *split(message.body)) for message in pack]
        own = self.write([Unsigned([inner(events)], readers) for events in _apart(drafts)])
        frames = framed(own) + b"".join(letters for _, _, letters in drafts)
        return replace(pack[0], body=enclose(frames, reader=reader, key=key))

    def opened(self, message: Incoming) -> list[Incoming]:
        """The events of a message, each with its letter; one that is too large is not looked into."""
        if len(message.body) > LARGEST:
            return [message]
        if not is_envelope(message.body):
            return plain_events(message)
        try:
            return list(_events(message, disclose(message.body, self.keys.ring, reader=self.name)))
        except (
            CannotOpen
        ) as error:  # what is tried again then is the whole message, not the event whose id it bears
            return [replace(message, damaged=error.code, id=None)]


def _apart(drafts: Iterable[tuple[Outgoing, bytes, bytes]]) -> Iterator[bytes]:
    """One letter for each that is receipted by its last event, and one for all others."""
    together = []
    for message, events, _ in drafts:
        if events and (message.awaits or "").startswith(PACK_RECEIVED):
            yield events
        elif events:
            together.append(inner(events))
    if together:
        yield b",".join(together)


def _events(message: Incoming, letters: Sequence[Letter]) -> Iterator[Incoming]:
    """The first letter is the speaker's. All of the speaker's speak, those of others are enclosed."""
    speaker = letters[0].said.sender
    beside = {letter.hash: letter for letter in letters if letter.said.sender != speaker}
    for letter in letters:
        if letter.said.sender == speaker:
            events = letter.said.events
            for left, event in zip(range(len(events) - 1, -1, -1), events, strict=True):
                yield Incoming(
                    as_uuid(event.get("id")),
                    message.routing_key,
                    message.body,
                    message.attempt,
                    ends_pack=not left,
                    tag=object(),
                    said=event,
                    letter=letter,
                    beside=beside,
                )


def opened(scribe: Scribe | None, message: Incoming) -> list[Incoming]:
    """The events of a message, whether it can be sealed or not."""
    return scribe.opened(message) if scribe else plain_events(message)


def reopened(scribe: Scribe | None, message: Incoming) -> list[Incoming]:
    """The event that a message was kept for, by its id; all of them, if nobody could open it then."""
    events = opened(scribe, message)
    return [event for event in events if event.id == message.id] or events


def plain_events(message: Incoming) -> list[Incoming]:
    """The events of a message that is not sealed, as version 0.1.0 sent it."""
    events = unpacked(message.body, message.id)
    last = len(events) - 1
    return [
        replace(message, id=id_, body=event, ends_pack=place == last, tag=object())
        for place, (id_, event) in enumerate(events)
    ]
