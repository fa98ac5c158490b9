"""Keys: made by the network commands, kept in a file that only the node's user can read, known by an id."""

import base64
import binascii
import hashlib
import json
import os
import stat
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from shared.sealing.suites import NEWEST, SUITES, Hybrid

KEY_ID_BYTES = 8


class KeyFileUnusable(Exception):
    """The key file is missing, readable by others or damaged; the message says what to do."""


@dataclass(frozen=True, repr=False)
class PrivateKey:
    """A node's private key. Never printed, never logged."""

    suite: Hybrid
    raw: bytes

    @classmethod
    def generate(cls) -> "PrivateKey":
        """A new key of the newest suite."""
        return cls(NEWEST, NEWEST.new())

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


def key_id(public: str) -> bytes:
    """The first bytes of the public key's SHA-256."""
    return hashlib.sha256(public.encode()).digest()[:KEY_ID_BYTES]


@lru_cache(maxsize=10_000)
def parse_public(public: str) -> tuple[Hybrid, bytes, Any]:
    """Suite, id and library form of a published key; raises ValueError if it is none."""
    number, _, encoded = public.partition(":")
    if not number.isdigit() or int(number) not in SUITES:
        raise ValueError("unknown suite")
    suite = SUITES[int(number)]
    try:
        return suite, key_id(public), suite.public(base64.b64decode(encoded, validate=True))
    except binascii.Error:
        raise ValueError("not base64") from None


def write_key_file(path: Path, *keys: PrivateKey) -> None:
    """Write a new key file, readable by its owner only; raises FileExistsError rather than replace one."""
    stored = [{"suite": key.suite.number, "key": base64.b64encode(key.raw).decode()} for key in keys]
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump({"keys": stored}, file)


def read_key_file(path: Path) -> KeyRing:
    """The ring of a key file; raises KeyFileUnusable with the remedy."""
    return KeyRing(*read_keys(path))


def read_keys(path: Path) -> list[PrivateKey]:
    """The keys of a key file, newest first; raises KeyFileUnusable with the remedy."""
    try:
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise KeyFileUnusable(f"{path} can be read by others: run chmod 600 {path}")
        stored = json.loads(path.read_text())["keys"]
        keys = [PrivateKey(SUITES[item["suite"]], base64.b64decode(item["key"])) for item in stored]
        for key in keys:
            _ = key.public
    except OSError as error:
        raise KeyFileUnusable(f"{path}: {error.strerror}; make a key with: throughline network key") from None
    except (ValueError, KeyError, TypeError):
        raise KeyFileUnusable(f"{path} is damaged: restore it from the backup of the node's key") from None
    if not keys:
        raise KeyFileUnusable(f"{path} holds no key: make one with: throughline network key")
    return keys
