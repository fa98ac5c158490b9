"""One sealed part: a version, a suite and a key id before an HPKE ciphertext, padded so that size says little."""

import base64
import binascii
import struct

from cryptography.exceptions import InvalidTag

from shared.sealing.keys import KEY_ID_BYTES, KeyRing, parse_public
from shared.sealing.suites import SUITES

VERSION = 1
BUCKET = 4096  #: the smallest padded size in bytes; larger content is padded to the next doubling
LARGEST = 512 * 1024
_HEAD = struct.Struct(f">BB{KEY_ID_BYTES}s")
_LENGTH = struct.Struct(">I")


class CannotOpen(Exception):
    """The content is not for this node's keys, not from where it says, or damaged. ``code`` says which."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def seal(content: bytes, *, to: str, context: bytes) -> str:
    """Seal content to one public key; it opens only under the same context. Returns base64 text.

    Raises ValueError for content over 512 KiB or a public key that is none.
    """
    if len(content) > LARGEST:
        raise ValueError("content over 512 KiB")
    suite, key_id, key = parse_public(to)
    head = _HEAD.pack(VERSION, suite.number, key_id)
    sealed = suite.hpke.encrypt(_pad(content), key, info=head + context)
    return base64.b64encode(head + sealed).decode()


def open_sealed(sealed: str, ring: KeyRing, *, context: bytes) -> bytes:
    """The content, if it was sealed to a key of the ring under this context; raises CannotOpen."""
    head, ciphertext = _split(sealed)
    version, number, key_id = _HEAD.unpack(head)
    if version != VERSION or number not in SUITES:
        raise CannotOpen("unknown_suite")
    private = ring.find(key_id)
    if private is None or private.suite.number != number:
        raise CannotOpen("not_for_us")
    try:
        return _unpad(private.suite.hpke.decrypt(ciphertext, private.key, info=head + context))
    except (InvalidTag, ValueError):
        raise CannotOpen("damaged") from None


def _split(sealed: str) -> tuple[bytes, bytes]:
    try:
        raw = base64.b64decode(sealed, validate=True)
    except (binascii.Error, ValueError):
        raise CannotOpen("not_base64") from None
    if len(raw) <= _HEAD.size:
        raise CannotOpen("too_short")
    return raw[: _HEAD.size], raw[_HEAD.size :]


def _pad(content: bytes) -> bytes:
    size = BUCKET
    while size < len(content) + _LENGTH.size:
        size *= 2
    return (_LENGTH.pack(len(content)) + content).ljust(size, b"\0")


def _unpad(padded: bytes) -> bytes:
    (length,) = _LENGTH.unpack_from(padded)
    content, rest = padded[_LENGTH.size :][:length], padded[_LENGTH.size + length :]
    if len(content) != length or rest.strip(b"\0"):
        raise CannotOpen("padding")
    return content
