"""The cipher suites: HPKE of the cryptography library, hybrid post-quantum first, X25519 as the floor."""

from dataclasses import dataclass
from typing import Any, Protocol

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


class CipherSuite(Protocol):
    """How keys of one number are made, read and used."""

    @property
    def number(self) -> int:
        """What names the suite in keys and sealed parts."""

    @property
    def hpke(self) -> Suite:
        """The library's suite."""

    def new(self) -> bytes:
        """A new private key in its raw form."""

    def private(self, raw: bytes) -> Any:
        """The library's private key; raises ValueError for wrong bytes."""

    def public_raw(self, raw: bytes) -> bytes:
        """The public half of a raw private key."""

    def public(self, raw: bytes) -> Any:
        """The library's public key; raises ValueError for wrong bytes."""


@dataclass(frozen=True)
class Hybrid:
    """Suite 2: ML-KEM-768 with X25519, HKDF-SHA256, ChaCha20-Poly1305. A key is its seed and its scalar."""

    number: int = 2
    hpke: Suite = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)  # noqa: RUF009 - immutable

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


@dataclass(frozen=True)
class Classic:
    """Suite 1: X25519, HKDF-SHA256, ChaCha20-Poly1305: for a node whose library knows no ML-KEM."""

    number: int = 1
    hpke: Suite = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)  # noqa: RUF009 - immutable

    def new(self) -> bytes:
        """A new private key in its raw form."""
        return x25519.X25519PrivateKey.generate().private_bytes_raw()

    def private(self, raw: bytes) -> Any:
        """The library's private key; raises ValueError for wrong bytes."""
        return x25519.X25519PrivateKey.from_private_bytes(raw)

    def public_raw(self, raw: bytes) -> bytes:
        """The public half of a raw private key."""
        return x25519.X25519PrivateKey.from_private_bytes(raw).public_key().public_bytes_raw()

    def public(self, raw: bytes) -> Any:
        """The library's public key; raises ValueError for wrong bytes."""
        return x25519.X25519PublicKey.from_public_bytes(raw)


SUITES: dict[int, CipherSuite] = {1: Classic(), 2: Hybrid()}
NEWEST = SUITES[2]
