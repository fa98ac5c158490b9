"""Keys to seal with: a suite and its raw form, known by an id."""

import base64
import binascii
import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Any

from shared.sealing.suites import NEWEST, SUITES, CipherSuite

KEY_ID_BYTES = 8


@dataclass(frozen=True, repr=False)
class PrivateKey:
    """A node's private key, and when it was made, if that is known. Never printed, never logged."""

    suite: CipherSuite
    raw: bytes
    made: datetime | None = field(default=None, compare=False)

    @classmethod
    def generate(cls, made: datetime | None = None) -> "PrivateKey":
        """A new key of the newest suite."""
        return cls(NEWEST, NEWEST.new(), made)

    @cached_property
    def key(self) -> Any:
        """The library's form."""
        return self.suite.private(self.raw)

    @cached_property
    def public(self) -> str:
        """The public half as the directory publishes it: ``<suite>:<base64>``."""
        return f"{self.suite.number}:{base64.b64encode(self.suite.public_raw(self.raw)).decode()}"

    @cached_property
    def id(self) -> bytes:
        """What names the key inside a sealed part."""
        return key_id(self.public)


class KeyRing:
    """The private keys that a node can open with."""

    def __init__(self, *keys: PrivateKey) -> None:
        self._by_id = {key.id: key for key in keys}

    def find(self, id: bytes) -> PrivateKey | None:  # noqa: A002
        """The key of that id."""
        return self._by_id.get(id)

    def named(self, public: str) -> PrivateKey | None:
        """The key whose public half that is."""
        return self.find(key_id(public))


def key_id(public: str) -> bytes:
    """The first bytes of the public key's SHA-256."""
    return hashlib.sha256(public.encode()).digest()[:KEY_ID_BYTES]


@lru_cache(maxsize=10_000)
def parse_public(public: str) -> tuple[CipherSuite, bytes, Any]:
    """Suite, id and library form of a published key; raises ValueError if it is none."""
    number, _, encoded = public.partition(":")
    if not number.isdigit() or int(number) not in SUITES:
        raise ValueError("unknown suite")
    suite = SUITES[int(number)]
    try:
        return suite, key_id(public), suite.public(base64.b64decode(encoded, validate=True))
    except binascii.Error:
        raise ValueError("not base64") from None
