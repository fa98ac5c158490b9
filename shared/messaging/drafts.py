"""What lies in the outbox: events still to be signed, and letters that are signed already, to be sent along.

Three forms of bytes: one event as JSON, or many in a list; letters in frames; or the mark, the length of the events,
the events and then the letters. The first is what version 0.1.0 left there.
"""

import struct
from collections.abc import Sequence

from shared.sealing import Letter, framed

MARK = b"TL2D"
_LENGTH = struct.Struct(">I")
_BEGIN = len(MARK) + _LENGTH.size


def draft(event: bytes, letters: Sequence[Letter]) -> bytes:
    """An event, or a list of them, and the letters that go with it."""
    frames = framed(letters) if letters else b""
    return MARK + _LENGTH.pack(len(event)) + event + frames if frames else event


def joined(drafts: list[bytes]) -> bytes:
    """Several drafts as one."""
    if len(drafts) == 1:
        return drafts[0]
    parts = [split(one) for one in drafts]
    events = b",".join(inner(events) for events, _ in parts if events)
    letters = b"".join(letters for _, letters in parts)
    if not events:
        return letters
    listed = b"[" + events + b"]"
    return MARK + _LENGTH.pack(len(listed)) + listed + letters if letters else listed


def split(body: bytes) -> tuple[bytes, bytes]:
    """The events to be signed, none or one or a list, and the framed letters."""
    if body.startswith((b"{", b"[")):
        return body, b""
    if not body.startswith(MARK):
        return b"", body
    end = _BEGIN + _LENGTH.unpack_from(body, len(MARK))[0]
    return body[_BEGIN:end], body[end:]


def inner(events: bytes) -> bytes:
    """Events as they stand within a list: one, or several with commas between them."""
    return events[1:-1] if events.startswith(b"[") else events
