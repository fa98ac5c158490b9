"""One sealed part: a wrapping key that only one organisation can open, and under it the padded content."""

import base64
import binascii
import os
import struct
import time
from collections.abc import Callable
from functools import lru_cache
from itertools import count

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from shared.sealing.keys import KEY_ID_BYTES, KeyRing, PrivateKey, parse_public
from shared.sealing.suites import SUITES

VERSION = 1
BUCKET = 4096  #: the smallest padded size in bytes; larger content is padded to the next doubling
LARGEST = 1024 * 1024
KEY_BYTES, NONCE_BYTES = 32, 12
IN_USE_FOR, USES = 60.0, 1_000  #: seconds, and parts, for which one wrapping key is used
OPENED_AT_ONCE = 1_000  #: wrapping keys that are remembered once opened

_HEAD = struct.Struct(f">BB{KEY_ID_BYTES}sH")  #: version, suite, key id, bytes of the wrapping
_LENGTH = struct.Struct(">I")


class CannotOpen(Exception):
    """The content is not for this node's keys, not from where it says, or damaged. ``code`` says which."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def doubled(size: int) -> int:
    """4 KiB, or the next doubling of it: for what a person wrote, whose length tells much."""
    return BUCKET << max(0, (size - 1) // BUCKET).bit_length()


def nearly(size: int) -> int:
    """At most an eighth more: the sizes that leave the least to be told at little cost (Padmé, of the PURBs paper)."""
    exponent = max(size, 2).bit_length() - 1
    kept = exponent.bit_length()
    step = 1 << max(0, exponent - kept)
    return max(-(-size // step) * step, 1024)


def seal(content: bytes, *, to: str, context: bytes, padded: Callable[[int], int] = doubled) -> bytes:
    """Seal content to one public key; it opens only under the same context.

    Raises ValueError for content over 1 MiB or a public key that is none.
    """
    if len(content) > LARGEST:
        raise ValueError("content over 1 MiB")
    return _wrapping_key(to).seal(_pad(content, padded), context)


def from_text(sealed: str) -> bytes:
    """A sealed part as events of 0.1.0 carried it, in base64; raises CannotOpen."""
    try:
        return base64.b64decode(sealed, validate=True)
    except (binascii.Error, ValueError):
        raise CannotOpen("not_base64") from None


class _WrappingKey:
    """A key of our own making, and its wrapping by HPKE: the costly part, done once for what is sealed in a minute."""

    def __init__(self, to: str) -> None:
        suite, key_id, public = parse_public(to)
        secret, of_suite = os.urandom(KEY_BYTES), (VERSION, suite.number, key_id)
        wrapping = suite.hpke.encrypt(secret, public, info=_HEAD.pack(*of_suite, 0))
        self._begin = _HEAD.pack(*of_suite, len(wrapping)) + wrapping
        self._cipher, self._uses, self._until = (
            ChaCha20Poly1305(secret),
            count(2),
            time.monotonic() + IN_USE_FOR,
        )

    def may_be_used(self) -> bool:
        """Counts the use; the first is the one it was made for."""
        return next(self._uses) <= USES and time.monotonic() < self._until

    def seal(self, content: bytes, context: bytes) -> bytes:
        """The whole part."""
        nonce = os.urandom(NONCE_BYTES)
        return self._begin + nonce + self._cipher.encrypt(nonce, content, self._begin + context)


_in_use: dict[str, _WrappingKey] = {}


def _wrapping_key(to: str) -> _WrappingKey:
    """The one in use for that public key; two threads that need a new one at the same moment make two."""
    found = _in_use.get(to)
    if found is None or not found.may_be_used():
        found = _in_use[to] = _WrappingKey(to)
    return found


def open_sealed(sealed: bytes, ring: KeyRing, *, context: bytes) -> bytes:
    """The content, if it was sealed to a key of the ring under this context; raises CannotOpen."""
    begin, nonce, ciphertext = _split(sealed)
    version, number, key_id, _ = _HEAD.unpack_from(begin)
    if version != VERSION or number not in SUITES:
        raise CannotOpen("unknown_suite")
    private = ring.find(key_id)
    if private is None or private.suite.number != number:
        raise CannotOpen("not_for_us")
    try:
        return _unpad(_unwrapped(private, begin).decrypt(nonce, ciphertext, begin + context))
    except (InvalidTag, ValueError):
        raise CannotOpen("damaged") from None


@lru_cache(OPENED_AT_ONCE)
def _unwrapped(private: PrivateKey, begin: bytes) -> ChaCha20Poly1305:
    version, number, key_id, _ = _HEAD.unpack_from(begin)
    info = _HEAD.pack(version, number, key_id, 0)
    return ChaCha20Poly1305(private.suite.hpke.decrypt(begin[_HEAD.size :], private.key, info=info))


def _split(raw: bytes) -> tuple[bytes, bytes, bytes]:
    if len(raw) <= _HEAD.size:
        raise CannotOpen("too_short")
    begin = _HEAD.size + _HEAD.unpack_from(raw)[-1]
    if len(raw) <= begin + NONCE_BYTES:
        raise CannotOpen("too_short")
    return raw[:begin], raw[begin : begin + NONCE_BYTES], raw[begin + NONCE_BYTES :]


def _pad(content: bytes, padded: Callable[[int], int]) -> bytes:
    framed = _LENGTH.pack(len(content)) + content
    return framed.ljust(padded(len(framed)), b"\0")


def _unpad(padded: bytes) -> bytes:
    if len(padded) < _LENGTH.size:
        raise CannotOpen("padding")
    (length,) = _LENGTH.unpack_from(padded)
    content, rest = padded[_LENGTH.size :][:length], padded[_LENGTH.size + length :]
    if len(content) != length or rest.strip(b"\0"):
        raise CannotOpen("padding")
    return content
