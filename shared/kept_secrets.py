"""How a secret that the service must read again is kept: the one place to change when the key comes from elsewhere."""

import base64
from functools import lru_cache
from hashlib import sha256

from shared.at_rest import StorageKeys, Unreadable, place

__all__ = ["Unreadable", "protect", "reveal"]


def protect(secret: str, *, key: str, about: str) -> str:
    """The secret as it may stand in a database: sealed under the key, and only good for what it is about."""
    return base64.b64encode(_keys(key).seal(secret.encode(), _where(about))).decode()


def reveal(kept: str, *, key: str, about: str) -> str:
    """The secret again; raises Unreadable: it was kept under another key, for something else, or is damaged."""
    try:
        sealed = base64.b64decode(kept, validate=True)
    except ValueError:
        raise Unreadable from None
    return _keys(key).open(sealed, _where(about)).decode().rstrip()


def _where(about: str) -> bytes:
    return place("kept_secret", about)


@lru_cache(4)
def _keys(key: str) -> StorageKeys:
    return StorageKeys([sha256(key.encode()).digest()])
