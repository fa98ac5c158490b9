"""Signatures: Ed25519 over what is said together with what it is said as (DSSE's pre-authentication encoding)."""

import base64
import binascii
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from shared.sealing.keys import key_id

PREFIX = "ed25519:"
SIGNATURE_BYTES = 64


@dataclass(frozen=True, repr=False)
class SigningKey:
    """A party's private key to sign with, and when it was made, if that is known. Never printed, never logged."""

    raw: bytes  #: 32 bytes; others raise ValueError at the first use
    made: datetime | None = field(default=None, compare=False)

    @classmethod
    def generate(cls, made: datetime | None = None) -> "SigningKey":
        """A new key."""
        return cls(Ed25519PrivateKey.generate().private_bytes_raw(), made)

    @cached_property
    def _key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.raw)

    @cached_property
    def public(self) -> str:
        """The public half as the directory publishes it: ``ed25519:<base64>``."""
        return PREFIX + base64.b64encode(self._key.public_key().public_bytes_raw()).decode()

    @cached_property
    def id(self) -> str:
        """What names the key in what it signed: 16 hexadecimal digits."""
        return signing_key_id(self.public)

    def sign(self, text: bytes, *, meant_as: bytes) -> bytes:
        """The signature of the text, 64 bytes; it is good only for the same meaning."""
        return self._key.sign(pae(meant_as, text))


@lru_cache(maxsize=10_000)
def signing_key_id(public: str) -> str:
    """What names a published key in what it signed: 16 hexadecimal digits."""
    return key_id(public).hex()


def is_signed(text: bytes, signature: bytes, *, by: str, meant_as: bytes) -> bool:
    """Whether the public key's owner signed the text with that meaning; raises ValueError for what is no key."""
    try:
        parse_verifying(by).verify(signature, pae(meant_as, text))
    except InvalidSignature:
        return False
    return True


@lru_cache(maxsize=10_000)
def parse_verifying(public: str) -> Ed25519PublicKey:
    """The library's form of a published key; raises ValueError if it is none."""
    if not public.startswith(PREFIX):
        raise ValueError("not an Ed25519 key")
    try:
        return Ed25519PublicKey.from_public_bytes(
            base64.b64decode(public.removeprefix(PREFIX), validate=True)
        )
    except binascii.Error:
        raise ValueError("not base64") from None


def pae(*pieces: bytes) -> bytes:
    """The pieces with their lengths before them, so that no two lists of pieces look alike."""
    return b" ".join([b"DSSEv1", *[b"%d %b" % (len(piece), piece) for piece in pieces]])
