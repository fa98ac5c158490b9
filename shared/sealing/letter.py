"""A letter: what one party says to others, signed as the bytes that travel; one part may be sealed to one of them.

The text is JSON: ``v`` (2), ``from``, ``to`` (names), ``key`` (the signing key's id), ``events``, and ``private``,
the SHA-256 of the sealed part where there is one. It is signed, kept and passed on as it is, never written anew.
Letters that are written at one moment share a signature (``sheaf``).
Without its sealed part a letter proves the same: who said what.
"""

import hashlib
import struct
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any

import orjson

from shared.sealing.box import CannotOpen
from shared.sealing.sheaf import STEP_BYTES, is_signed_so, sign_each
from shared.sealing.signing import SIGNATURE_BYTES, SigningKey
from shared.values import value

VERSION = 2
MEANT_AS = b"application/vnd.throughline.letter+json"
_LENGTH = struct.Struct(">I")
_STEPS_AT = 24  #: the bit of a sealed part's length, which is below it, where the number of steps begins


@value(frozen=True)
class Letter:
    """The bytes of one letter; ``signature`` with its steps, where it has some."""

    text: bytes
    signature: bytes
    private: bytes = b""

    @cached_property
    def hash(self) -> str:
        """SHA-256 of the text in hexadecimal: by which receipts and chains name the letter."""
        return hashlib.sha256(self.text).hexdigest()

    @cached_property
    def said(self) -> "Said":
        """What it says, not yet believed; raises CannotOpen for what is no letter, or has another's sealed part."""
        return _read(self)

    def without_private(self) -> "Letter":
        """What proves who said what, without what was said in confidence."""
        return Letter(self.text, self.signature)

    def is_by(self, signing_key: str) -> bool:
        """Whether that public key's owner wrote it; raises ValueError for what is no key."""
        return is_signed_so(self.text, self.signature, by=signing_key, meant_as=MEANT_AS)


@value(frozen=True)
class Said:
    """What a letter claims. ``events`` are CloudEvents as JSON objects."""

    sender: str
    readers: tuple[str, ...]
    key: str
    events: tuple[dict[str, Any], ...]


@value(frozen=True)
class Unsigned:
    """What a letter is to say: events, each one JSON object in bytes, to readers; ``private`` is sealed already."""

    events: Sequence[bytes]
    readers: Sequence[str]
    private: bytes = b""


def write_letters(unsigned: Sequence[Unsigned], *, sender: str, signing: SigningKey) -> list[Letter]:
    """Say all of it, in a letter each, with one signature."""
    texts = [_text(one, sender, signing) for one in unsigned]
    signatures = sign_each(texts, by=signing, meant_as=MEANT_AS)
    written = zip(texts, signatures, unsigned, strict=True)
    return [Letter(text, signature, one.private) for text, signature, one in written]


def _text(unsigned: Unsigned, sender: str, signing: SigningKey) -> bytes:
    private = unsigned.private
    return orjson.dumps(
        {
            "v": VERSION,
            "from": sender,
            "to": list(unsigned.readers),
            "key": signing.id,
            **({"private": hashlib.sha256(private).hexdigest()} if private else {}),
            "events": [orjson.Fragment(event) for event in unsigned.events],
        }
    )


def write_letter(
    events: Sequence[bytes], *, sender: str, readers: Sequence[str], signing: SigningKey, private: bytes = b""
) -> Letter:
    """Say these events in one letter, as ``Unsigned`` has them."""
    [letter] = write_letters([Unsigned(events, readers, private)], sender=sender, signing=signing)
    return letter


def framed(letters: Iterable[Letter]) -> bytes:
    """Letters one behind the other; two such pieces put together are one again."""
    return b"".join([piece for letter in letters for piece in _frame(letter)])


def _frame(letter: Letter) -> tuple[bytes, ...]:
    signature, steps = letter.signature[:SIGNATURE_BYTES], letter.signature[SIGNATURE_BYTES:]
    follows = _LENGTH.pack(len(steps) // STEP_BYTES << _STEPS_AT | len(letter.private))
    return _LENGTH.pack(len(letter.text)), letter.text, signature, follows, steps, letter.private


def letters_in(frames: bytes) -> list[Letter]:
    """The letters of such a piece, at least one; raises CannotOpen for bytes that are not whole."""
    letters: list[Letter] = []
    place = 0
    while place < len(frames) or not letters:
        length, place = _number(frames, place)
        text, place = _piece(frames, place, length)
        signature, place = _piece(frames, place, SIGNATURE_BYTES)
        follows, place = _number(frames, place)
        steps, place = _piece(frames, place, (follows >> _STEPS_AT) * STEP_BYTES)
        private, place = _piece(frames, place, follows & (1 << _STEPS_AT) - 1)
        letters.append(Letter(text, signature + steps, private))
    return letters


def _number(frames: bytes, place: int) -> tuple[int, int]:
    number, end = _piece(frames, place, _LENGTH.size)
    return _LENGTH.unpack(number)[0], end


def _piece(frames: bytes, place: int, length: int) -> tuple[bytes, int]:
    end = place + length
    if end > len(frames):
        raise CannotOpen("frame")
    return frames[place:end], end


def _read(letter: Letter) -> Said:
    try:
        text = orjson.loads(letter.text)
    except orjson.JSONDecodeError:
        raise CannotOpen("letter_not_json") from None
    if not isinstance(text, dict):
        raise CannotOpen("letter_shape")
    if type(text.get("v")) is not int or text["v"] != VERSION:
        raise CannotOpen("letter_version")
    said = _shaped(text)
    digest = hashlib.sha256(letter.private).hexdigest() if letter.private else None
    if letter.private and digest != text.get("private"):
        raise CannotOpen("private_part")
    return said


def _shaped(text: dict[str, Any]) -> Said:
    sender, readers, key, events = (text.get(name) for name in ("from", "to", "key", "events"))
    if not isinstance(sender, str) or not isinstance(key, str):
        raise CannotOpen("letter_shape")
    if not isinstance(readers, list) or not all(isinstance(reader, str) for reader in readers):
        raise CannotOpen("letter_shape")
    if not isinstance(events, list) or not events or not all(isinstance(event, dict) for event in events):
        raise CannotOpen("letter_shape")
    return Said(sender, tuple(readers), key, tuple(events))
