"""A browser that is told by push: it has its keys, and opens what comes as the standard says (RFC 8291)."""

import hmac
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jwt
from joserfc.jwk import ECKey

from shared.sealing.push import CURVE, from_text, in_text


def _raw(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _one_block(secret: bytes, salt: bytes, purpose: bytes, length: int) -> bytes:
    """RFC 5869, for no more than one block."""
    return hmac.digest(hmac.digest(salt, secret, sha256), purpose + b"\x01", sha256)[:length]


@dataclass
class PushBrowser:
    """One browser; ``given`` is what it says of itself when it subscribes."""

    private: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(CURVE))
    auth: bytes = b"sixteen bytes...".ljust(16)

    def given(self, endpoint: str) -> dict[str, str]:
        return {
            "endpoint": endpoint,
            "p256dh": in_text(_raw(self.private.public_key())),
            "auth": in_text(self.auth),
        }

    def opens(self, body: bytes) -> bytes:
        """What was said, without its padding."""
        salt, length = body[:16], body[20]
        sender, sealed = body[21 : 21 + length], body[21 + length :]
        assert len(body) <= int.from_bytes(body[16:20], "big") == 4096
        shared = self.private.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(CURVE, sender))
        whose = b"WebPush: info\x00" + _raw(self.private.public_key()) + sender
        secret = _one_block(shared, self.auth, whose, 32)
        key = _one_block(secret, salt, b"Content-Encoding: aes128gcm\x00", 16)
        nonce = _one_block(secret, salt, b"Content-Encoding: nonce\x00", 12)
        said, mark, _ = AESGCM(key).decrypt(nonce, sealed, None).rpartition(b"\x02")
        assert mark
        return said


def signed_by(authorization: str) -> tuple[dict[str, Any], str]:
    """The claims of that header, by the key that it names (RFC 8292); raises where the key did not sign them."""
    scheme, _, rest = authorization.partition(" ")
    said = dict(part.strip().split("=", 1) for part in rest.split(","))
    assert scheme == "vapid"
    raw = from_text(said["k"])
    key = ECKey.import_key({"kty": "EC", "crv": "P-256", "x": in_text(raw[1:33]), "y": in_text(raw[33:])})
    token = jwt.decode(said["t"], key, algorithms=["ES256"])
    return dict(token.claims), said["k"]
