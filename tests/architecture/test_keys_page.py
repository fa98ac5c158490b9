"""The page about keys names every algorithm that the code uses, and says how long keys live as the code does."""

import ast
from collections.abc import Iterator

import pytest

from shared.messaging import authority
from shared.passwords import HASHER
from shared.sealing import rotation
from shared.testing.tree import ROOT, files, short

PAGE = " ".join((ROOT / "docs" / "reference" / "keys.md").read_text("utf-8").split())
#: What stands on the page for what is imported; nothing for what is no algorithm.
NAMES = {
    "AESGCM": "AES-128-GCM",
    "ChaCha20": "ChaCha20,",
    "ChaCha20Poly1305": "ChaCha20-Poly1305",
    "Ed25519PrivateKey": "Ed25519",
    "Ed25519PublicKey": "Ed25519",
    "HKDF": "HKDF",
    "HKDFExpand": "HKDF",
    "MLKEM768X25519PrivateKey": "ML-KEM-768 with X25519",
    "MLKEM768X25519PublicKey": "ML-KEM-768 with X25519",
    "SHA256": "SHA-256",
    "X25519PrivateKey": "X25519",
    "X25519PublicKey": "X25519",
    "ec": "ECDSA on P-256",
    "mlkem": "ML-KEM-768",
    "x25519": "X25519",
    **dict.fromkeys(("AEAD", "Cipher", "KDF", "KEM", "Suite"), ""),
}
SAID = [
    f"makes the next after {rotation.SIGNING_FOR.days} days",
    f"destroyed {rotation.OVERLAP.days} days later",
    f"the same, after {rotation.SEALING_FOR.days} days",
    f"| {authority.AUTHORITY_FOR.days} days |",
    f"| {authority.BROKER_FOR.days} days |",
    f"argon2id ({HASHER.memory_cost // 1024} MiB, {HASHER.time_cost} rounds, {HASHER.parallelism} lanes)",
]


def _imported() -> Iterator[str]:
    """What the code takes from the library's primitives, but for how keys are written down."""
    for path in files("*.py"):
        if short(path).split("/")[0] in ("services", "shared", "deploy") and "tests" not in path.parts:
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.ImportFrom) and _is_primitive(node.module or ""):
                    yield from (alias.name for alias in node.names)


def _is_primitive(module: str) -> bool:
    return module.startswith("cryptography.hazmat.primitives") and not module.endswith("serialization")


def test_every_algorithm_stands_on_the_page() -> None:
    used = set(_imported())
    assert used == NAMES.keys(), "name it here and on the page"
    assert [name for name in used if NAMES[name] not in PAGE] == []


@pytest.mark.parametrize("said", SAID)
def test_keys_live_as_long_as_the_page_says(said: str) -> None:
    assert said in PAGE
