"""A passkey made of software, for tests: it does what a USB key does, or what a false one would."""

import hashlib
import json
import secrets
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

PRESENT, ATTESTED = 0x01, 0x40


def base64url(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


@dataclass
class Authenticator:
    """One key for one address; ``uses`` counts as the key itself does, unless it is one of those that do not count."""

    origin: str = "http://localhost"
    host: str = "localhost"
    id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    uses: int = 0
    counts: bool = True
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def makes(self, options: str) -> str:
        """The browser's answer when it is asked to make a passkey."""
        point = self.key.public_key().public_numbers()
        cose = {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")}
        attested = bytes(16) + struct.pack(">H", len(self.id)) + self.id + cbor2.dumps(cose)
        said = {"fmt": "none", "attStmt": {}, "authData": self._data(PRESENT | ATTESTED) + attested}
        response = {"attestationObject": base64url(cbor2.dumps(said))}
        return self._answer(response, self._client("webauthn.create", options))

    def signs(self, options: str) -> str:
        """The browser's answer when it is asked to use one."""
        self.uses += self.counts
        client, data = self._client("webauthn.get", options), self._data(PRESENT)
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        return self._answer({"authenticatorData": base64url(data), "signature": base64url(signature)}, client)

    def _data(self, flags: int) -> bytes:
        return hashlib.sha256(self.host.encode()).digest() + struct.pack(">BI", flags, self.uses)

    def _client(self, kind: str, options: str) -> bytes:
        challenge = json.loads(options)["challenge"]
        assert urlsafe_b64decode(challenge + "==")
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin}).encode()

    def _answer(self, response: dict[str, Any], client: bytes) -> str:
        said = response | {"clientDataJSON": base64url(client)}
        id_ = base64url(self.id)
        return json.dumps({"id": id_, "rawId": id_, "type": "public-key", "response": said})
