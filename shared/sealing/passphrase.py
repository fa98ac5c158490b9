"""A key file under a passphrase: Argon2id makes the key that seals it, as slow as a sign-in is."""

import base64
import os
from typing import Any

from shared.at_rest import DataKey, Unreadable

WHERE = b"key file"
SALT_BYTES, KEY_BYTES = 16, 32
COST = {"time_cost": 3, "memory_cost": 64 * 1024, "parallelism": 4}  #: 64 MiB, as for passwords


class WrongPassphrase(Exception):
    """It does not open the file; or the file was changed."""


def protect(content: bytes, passphrase: str) -> dict[str, Any]:
    """What is kept of the content under the passphrase, as JSON takes it."""
    salt = os.urandom(SALT_BYTES)
    cell = _key(passphrase, salt, COST).seal(content, WHERE)
    return {"argon2id": COST, "salt": _text(salt), "sealed": _text(cell)}


def is_protected(stored: Any) -> bool:
    """Whether that is what ``protect`` has made."""
    return isinstance(stored, dict) and "argon2id" in stored


def opened(stored: dict[str, Any], passphrase: str) -> bytes:
    """The content, with spaces at its end; raises WrongPassphrase, or ValueError or KeyError for what is damaged."""
    cost = {name: int(stored["argon2id"][name]) for name in COST}
    try:
        return _key(passphrase, _bytes(stored["salt"]), cost).open(_bytes(stored["sealed"]), WHERE)
    except Unreadable:
        raise WrongPassphrase from None


def _key(passphrase: str, salt: bytes, cost: dict[str, int]) -> DataKey:
    from argon2.low_level import Type, hash_secret_raw  # noqa: PLC0415 - a process without a passphrase has no need

    return DataKey(hash_secret_raw(passphrase.encode(), salt, hash_len=KEY_BYTES, type=Type.ID, **cost))


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
