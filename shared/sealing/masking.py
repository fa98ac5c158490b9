"""Counts that only their sum shows: masks between each two parties, which cancel out, and one of each party's own.

All arithmetic is modulo 2**64. Two parties derive the same mask from their keys to seal with (X25519, HKDF-SHA256,
ChaCha20); one adds it, the other takes it away. The mask of a party's own is drawn from a seed that it gives only once,
so that of two sums that differ by one party only one can ever be read.
"""

import base64
import binascii
import hashlib
import os
import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import ChaCha20
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from shared.sealing.keys import PrivateKey
from shared.sealing.signing import pae
from shared.sealing.suites import X25519_BYTES

MODULUS = 2**64
SEED_BYTES = 32
MEANT_AS = b"throughline masks 1"


@dataclass(frozen=True)
class Masked:
    """What a party contributes, and the seed of its own mask, which it keeps."""

    values: Sequence[int]
    seed: bytes

    @property
    def commitment(self) -> str:
        """What the party is held to when it gives the seed."""
        return commitment(self.seed)


def mask(
    counts: Sequence[int], *, name: str, own: PrivateKey, keys: Mapping[str, str], bound: bytes
) -> Masked:
    """The counts of the party of that name under masks that are ``bound`` to what is added up.

    ``keys`` are the public keys of all whose counts are added up, by name. Raises ValueError for a key that is none.
    """
    seed = os.urandom(SEED_BYTES)
    values = [count + own for count, own in zip(counts, _own_mask(seed, bound, len(counts)), strict=True)]
    for other, key in keys.items():
        if other == name:
            continue
        between = _stream(_agreed(own, key), len(counts), bound, *sorted((name, other)))
        sign = 1 if name < other else -1
        values = [value + sign * each for value, each in zip(values, between, strict=True)]
    return Masked([value % MODULUS for value in values], seed)


def sum_of(contributions: Iterable[tuple[Sequence[int], bytes]], *, bound: bytes) -> list[int]:
    """The sum of what all have contributed, each with its seed; without one of them it is noise."""
    added: list[int] = []
    for values, seed in contributions:
        bare = [value - own for value, own in zip(values, _own_mask(seed, bound, len(values)), strict=True)]
        added = [one + other for one, other in zip(added, bare, strict=True)] if added else bare
    return [value % MODULUS for value in added]


def commitment(seed: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(seed).hexdigest()


def packed(values: Sequence[int]) -> bytes:
    """8 bytes each, little-endian."""
    return struct.pack(f"<{len(values)}Q", *values)


def unpacked(raw: bytes) -> list[int]:
    """From that; raises ValueError for bytes that are not whole."""
    try:
        return list(struct.unpack(f"<{len(raw) // 8}Q", raw))
    except struct.error:
        raise ValueError("not masked counts") from None


def to_text(values: Sequence[int]) -> str:
    """As they travel: packed, in base64."""
    return base64.b64encode(packed(values)).decode()


def from_text(text: str) -> list[int]:
    """From that; raises ValueError for what is none."""
    try:
        return unpacked(base64.b64decode(text, validate=True))
    except binascii.Error:
        raise ValueError("not masked counts") from None


def _own_mask(seed: bytes, bound: bytes, length: int) -> tuple[int, ...]:
    return _stream(seed, length, bound)


def _agreed(own: PrivateKey, other: str) -> bytes:
    """The secret that both parties find alone: a key of either suite ends with its half of X25519."""
    public = base64.b64decode(other.partition(":")[2])[-X25519_BYTES:]
    private = X25519PrivateKey.from_private_bytes(own.raw[-X25519_BYTES:])
    return private.exchange(X25519PublicKey.from_public_bytes(public))


def _stream(secret: bytes, length: int, bound: bytes, *names: str) -> tuple[int, ...]:
    info = pae(MEANT_AS, bound, *(name.encode() for name in names))
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(secret)
    stream = Cipher(ChaCha20(key, bytes(16)), mode=None).encryptor().update(bytes(8 * length))
    return struct.unpack(f"<{length}Q", stream)
