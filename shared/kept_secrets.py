"""How a secret that the service must read again is kept: the one place to change when the key comes from elsewhere."""

import base64
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE = 12  #: bytes


class Unreadable(Exception):
    """The secret was kept under another key, for something else, or is damaged."""


def protect(secret: str, *, key: str, about: str) -> str:
    """The secret as it may stand in a database: sealed under the key, and only good for what it is about."""
    nonce = os.urandom(NONCE)
    sealed = ChaCha20Poly1305(_derived(key)).encrypt(nonce, secret.encode(), about.encode())
    return base64.b64encode(nonce + sealed).decode()


def reveal(kept: str, *, key: str, about: str) -> str:
    """The secret again; raises Unreadable."""
    try:
        sealed = base64.b64decode(kept, validate=True)
        return (
            ChaCha20Poly1305(_derived(key)).decrypt(sealed[:NONCE], sealed[NONCE:], about.encode()).decode()
        )
    except (InvalidTag, ValueError):
        raise Unreadable from None


def _derived(key: str) -> bytes:
    return HKDF(SHA256(), length=32, salt=None, info=b"throughline kept secrets").derive(key.encode())
