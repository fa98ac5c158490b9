"""What a browser is told by push: sealed to that browser (RFC 8291), and posted under a key of our own (RFC 8292).

The library for this comes as source only and brings an HTTP client of its own: see docs/explanation/decisions/0048.
"""

import base64
import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

CURVE = ec.SECP256R1()
AUTH_BYTES, SALT_BYTES, KEY_BYTES, NONCE_BYTES = 16, 16, 16, 12
RECORD = 4096  #: bytes: the size that browsers and push services take (RFC 8291, section 4)
LAST = b"\x02"  #: ends what is said in the last record, before its padding (RFC 8188, section 2)
LASTS = timedelta(hours=12)  #: of a signature; push services take a day at most (RFC 8292, section 2)


def from_text(text: str) -> bytes:
    """The bytes that stand there as base64 for URLs; none for what is not."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError:
        return b""


def in_text(raw: bytes) -> str:
    """The bytes as base64 for URLs."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def is_point(raw: bytes) -> bool:
    """Whether it is a public key of the curve, not compressed."""
    try:
        return _bytes_of(_point(raw)) == raw
    except ValueError:
        return False


def _point(raw: bytes) -> ec.EllipticCurvePublicKey:
    return ec.EllipticCurvePublicKey.from_encoded_point(CURVE, raw)


def _bytes_of(point: ec.EllipticCurvePublicKey) -> bytes:
    return point.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def sealed_push(
    said: bytes,
    p256dh: bytes,
    auth: bytes,
    *,
    salt: bytes | None = None,
    sender: ec.EllipticCurvePrivateKey | None = None,
) -> bytes:
    """The body that only the browser opens with these keys; a new ``salt`` and ``sender`` key each time.

    Raises ValueError for what is no key, and for more than fits into one record.
    """
    salt, sender = salt or os.urandom(SALT_BYTES), sender or ec.generate_private_key(CURVE)
    ours = _bytes_of(sender.public_key())
    shared = sender.exchange(ec.ECDH(), _point(p256dh))
    secret = _derived(shared, auth, b"WebPush: info\0" + p256dh + ours, 32)
    key = _derived(secret, salt, b"Content-Encoding: aes128gcm\0", KEY_BYTES)
    nonce = _derived(secret, salt, b"Content-Encoding: nonce\0", NONCE_BYTES)
    cipher = AESGCM(key).encrypt(nonce, said + LAST, None)
    head = salt + RECORD.to_bytes(4, "big") + bytes([len(ours)]) + ours
    if len(head) + len(cipher) > RECORD:
        raise ValueError("more than one record holds")
    return head + cipher


def _derived(secret: bytes, salt: bytes, purpose: bytes, length: int) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=salt, info=purpose).derive(secret)


@dataclass(frozen=True, repr=False)
class PushKey:
    """A node's own key towards push services, as PEM. Never printed, never logged."""

    private: bytes

    @classmethod
    def generate(cls) -> "PushKey":
        """A new one."""
        made = ec.generate_private_key(CURVE)
        return cls(made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))

    @property
    def public(self) -> str:
        """Its public half, as a browser asks for it (``applicationServerKey``)."""
        loaded = cast("ec.EllipticCurvePrivateKey", load_pem_private_key(self.private, None))
        return in_text(_bytes_of(loaded.public_key()))

    def authorization(self, endpoint: str, contact: str, at: datetime) -> str:
        """The header that says to the push service of that endpoint who posts, and whom to write to."""
        from joserfc import jwt  # noqa: PLC0415 - only who pushes has to load it
        from joserfc.jwk import ECKey  # noqa: PLC0415

        parts = urlsplit(endpoint)
        claims = {
            "aud": f"{parts.scheme}://{parts.netloc}",
            "exp": int((at + LASTS).timestamp()),
            "sub": contact,
        }
        token = jwt.encode({"typ": "JWT", "alg": "ES256"}, claims, ECKey.import_key(self.private))
        return f"vapid t={token}, k={self.public}"
