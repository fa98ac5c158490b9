"""The key file: everything secret that a node or a service of the hub is known by, readable by its user only."""

import base64
import json
import os
import stat
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from shared import files
from shared.clock import now
from shared.sealing import passphrase as passphrases
from shared.sealing.keys import KeyRing, PrivateKey, parse_public
from shared.sealing.passphrase import WrongPassphrase, protect
from shared.sealing.signing import PREFIX, SigningKey, parse_verifying
from shared.sealing.suites import SUITES
from shared.settings import is_credential

STORAGE_BYTES = 32
MAKE = "make one with: throughline network key"
INSTEAD = "give the file itself, the one that LoadCredential= names, as its owner, and restart what uses it"


class KeyFileUnusable(Exception):
    """The key file is missing, readable by others or damaged; the message says what to do."""


@dataclass(frozen=True, repr=False)
class OwnKeys:
    """The keys of one party, the newest of each kind first.

    ``sealing`` opens what is sealed to it, ``signing`` signs what it says, ``storage`` protects what lies in its
    own database (32 bytes each). A file of version 0.1.0 holds only the first kind.
    """

    sealing: tuple[PrivateKey, ...]
    signing: tuple[SigningKey, ...] = ()
    storage: tuple[bytes, ...] = ()

    @classmethod
    def generate(cls, made: datetime | None = None) -> "OwnKeys":
        """A new key of each kind."""
        return cls((PrivateKey.generate(made),), (SigningKey.generate(made),), (os.urandom(STORAGE_BYTES),))

    @property
    def is_complete(self) -> bool:
        """Whether there is one of each kind."""
        return bool(self.sealing and self.signing and self.storage)

    def completed(self) -> "OwnKeys":
        """The same, with a new key of each kind that was missing."""
        new = OwnKeys.generate(now())
        return OwnKeys(self.sealing or new.sealing, self.signing or new.signing, self.storage or new.storage)

    def renewed(self, made: datetime) -> "OwnKeys":
        """New keys of each kind; of the old only those stay that open the party's own database."""
        new = OwnKeys.generate(made)
        return OwnKeys(new.sealing, new.signing, (*new.storage, *self.storage))

    @cached_property
    def ring(self) -> KeyRing:
        """What is sealed to this party opens with it."""
        return KeyRing(*self.sealing)

    @property
    def public(self) -> "PublicKeys":
        """The halves that others may know; raises IndexError where there is no key to sign with."""
        return PublicKeys(self.sealing[0].public, self.signing[0].public)


@dataclass(frozen=True)
class PublicKeys:
    """What the directory says of a party: the keys to seal to it and to check what it signs."""

    sealing: str
    signing: str

    def __str__(self) -> str:
        """Both in one line, as people pass them on."""
        return f"{self.sealing}+{self.signing}"

    @classmethod
    def parse(cls, line: str) -> "PublicKeys":
        """From that line; raises ValueError when it is none, or one half is none."""
        sealing, plus, rest = line.strip().partition(f"+{PREFIX}")
        if not plus:
            raise ValueError("a key to sign with is missing")
        keys = cls(sealing, PREFIX + rest)
        parse_public(keys.sealing)
        parse_verifying(keys.signing)
        return keys


def write_key_file(path: Path, keys: OwnKeys, passphrase: str | None = None) -> None:
    """Write a new key file, readable by its owner only; raises FileExistsError rather than replace one.

    With a passphrase it opens only with that.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    files.write_new(path, _content(keys, passphrase))


def complete_key_file(path: Path, passphrase: str | None = None) -> OwnKeys:
    """Make the file if there is none, and add the kinds of key that are missing; returns what it holds then.

    With a passphrase it opens only with that from then on. What was there stays: a new file takes the old one's
    place in one step. Raises KeyFileUnusable.
    """
    if not path.exists():
        with suppress(FileExistsError):  # of two who make it at once the first has made it
            write_key_file(path, OwnKeys.generate(now()), passphrase)
    keys, protected = read_key_file(path, passphrase), is_protected(path)
    if keys.is_complete and protected == (passphrase is not None):
        return keys
    complete = keys.completed()
    replace_key_file(path, complete, passphrase)
    return complete


def replace_key_file(path: Path, keys: OwnKeys, passphrase: str | None = None) -> None:
    """Let the file hold these keys, and open with this passphrase: a new file takes the old one's place in one step.

    Raises KeyFileUnusable where nothing can be written, and as ``require_original``.
    """
    require_original(path)
    try:
        files.replace(path, _content(keys, passphrase))
    except OSError as error:
        raise KeyFileUnusable(
            f"{path} cannot be changed ({error.strerror}): its folder must be there, and writable for you"
        ) from None


def require_original(path: Path) -> None:
    """Raises KeyFileUnusable for a copy that systemd handed over: what is written to it is lost with it."""
    if is_credential(path):
        raise KeyFileUnusable(f"{path} is systemd's copy and cannot be changed: {INSTEAD}")


def is_protected(path: Path) -> bool:
    """Whether the file opens only with a passphrase; of one that cannot be read, nothing is said."""
    try:
        return passphrases.is_protected(json.loads(path.read_text()))
    except (OSError, ValueError):
        return False


def read_key_file(path: Path, passphrase: str | None = None) -> OwnKeys:
    """The keys of a key file; raises KeyFileUnusable with the remedy. A passphrase is used if the file has one."""
    try:
        # To its own credentials systemd lets this process in by an access list, which looks like the group's right.
        if stat.S_IMODE(path.stat().st_mode) & (0o007 if is_credential(path) else 0o077):
            raise KeyFileUnusable(f"{path} can be read by others: run chmod 600 {path}")
        keys = _kept(_opened(path, passphrase))
    except WrongPassphrase:
        raise KeyFileUnusable(
            f"{path} does not open with this passphrase: type it again, or restore it"
        ) from None
    except OSError as error:
        raise KeyFileUnusable(f"{path}: {error.strerror}; {MAKE}") from None
    except (ValueError, KeyError, TypeError):
        raise KeyFileUnusable(f"{path} is damaged: restore it from the backup of the node's key") from None
    if not keys.sealing:
        raise KeyFileUnusable(f"{path} holds no key: {MAKE}")
    return keys


def _content(keys: OwnKeys, passphrase: str | None) -> bytes:
    content = json.dumps(_stored(keys)).encode()
    return content if passphrase is None else json.dumps(protect(content, passphrase)).encode()


def _opened(path: Path, passphrase: str | None) -> dict[str, Any]:
    stored: dict[str, Any] = json.loads(path.read_text())
    if not passphrases.is_protected(stored):
        return stored
    if passphrase is None:
        raise KeyFileUnusable(f"{path} is protected by a passphrase")
    content: dict[str, Any] = json.loads(passphrases.opened(stored, passphrase))
    return content


def _stored(keys: OwnKeys) -> dict[str, Any]:
    return {
        "keys": [
            {"suite": key.suite.number, "key": _text(key.raw), **_dated(key.made)} for key in keys.sealing
        ],
        "signing": [{"key": _text(key.raw), **_dated(key.made)} for key in keys.signing],
        "storage": [{"key": _text(key)} for key in keys.storage],
    }


def _kept(stored: dict[str, Any]) -> OwnKeys:
    keys = OwnKeys(
        tuple(PrivateKey(SUITES[item["suite"]], _bytes(item), _made(item)) for item in stored["keys"]),
        tuple(SigningKey(_bytes(item), _made(item)) for item in stored.get("signing", ())),
        tuple(_bytes(item) for item in stored.get("storage", ())),
    )
    if any(len(key) != STORAGE_BYTES for key in keys.storage):
        raise ValueError("length")
    _ = [key.public for key in keys.sealing], [key.public for key in keys.signing]
    return keys


def _dated(made: datetime | None) -> dict[str, str]:
    return {} if made is None else {"made": made.isoformat()}


def _made(item: dict[str, str]) -> datetime | None:
    return datetime.fromisoformat(item["made"]) if "made" in item else None


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _bytes(item: dict[str, str]) -> bytes:
    return base64.b64decode(item["key"], validate=True)
