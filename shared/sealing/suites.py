"""The cipher suites: HPKE of the cryptography library, hybrid post-quantum first."""

from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric import mlkem, x25519
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM768X25519PrivateKey,
    MLKEM768X25519PublicKey,
    Suite,
)

SEED_BYTES, X25519_BYTES = 64, 32


_HYBRID = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)


@dataclass(frozen=True)
class Hybrid:
    """Suite 2: ML-KEM-768 with X25519, HKDF-SHA256, ChaCha20-Poly1305. A key is its seed and its scalar."""

    number: int = 2
    hpke: Suite = _HYBRID

    def new(self) -> bytes:
        """A new private key in its raw form."""
        return (
            mlkem.MLKEM768PrivateKey.generate().private_bytes_raw()
            + x25519.X25519PrivateKey.generate().private_bytes_raw()
        )

    def private(self, raw: bytes) -> Any:
        """The library's private key; raises ValueError for wrong bytes."""
        if len(raw) != SEED_BYTES + X25519_BYTES:
            raise ValueError("length")
        return MLKEM768X25519PrivateKey(
            mlkem.MLKEM768PrivateKey.from_seed_bytes(raw[:SEED_BYTES]),
            x25519.X25519PrivateKey.from_private_bytes(raw[SEED_BYTES:]),
        )

    def public_raw(self, raw: bytes) -> bytes:
        """The public half of a raw private key."""
        seed, scalar = raw[:SEED_BYTES], raw[SEED_BYTES:]
        return (
            mlkem.MLKEM768PrivateKey.from_seed_bytes(seed).public_key().public_bytes_raw()
            + x25519.X25519PrivateKey.from_private_bytes(scalar).public_key().public_bytes_raw()
        )

    def public(self, raw: bytes) -> Any:
        """The library's public key; raises ValueError for wrong bytes."""
        return MLKEM768X25519PublicKey(
            mlkem.MLKEM768PublicKey.from_public_bytes(raw[:-X25519_BYTES]),
            x25519.X25519PublicKey.from_public_bytes(raw[-X25519_BYTES:]),
        )


SUITES = {2: Hybrid()}
NEWEST = SUITES[2]
