"""A sheaf: texts that are signed at one moment by one signature, and of which each proves itself without the others.

The signature is of the root of a tree of hashes. Each text takes it along, with the steps from its own hash to the
root: on which side the other half lies, and its hash. A text that is signed alone is signed as it is, without steps.
"""

import hashlib
from collections.abc import Iterator, Sequence
from functools import lru_cache

from shared.sealing.signing import SIGNATURE_BYTES, SigningKey, is_signed, pae

LEFT, RIGHT = b"\0", b"\1"  #: where the other half lies
STEP_BYTES = 33
ROOTS = 1_000  #: signatures of roots that are remembered once checked
_LEAF, _FORK = b"\0", b"\1"  #: begin what is hashed, so that no text can stand for two halves
_ROOT = b" sheaf"  #: after what the texts are meant as: what their root is meant as


def sign_each(texts: Sequence[bytes], *, by: SigningKey, meant_as: bytes) -> list[bytes]:
    """The signature of each, with its steps: ``SIGNATURE_BYTES``, and ``STEP_BYTES`` for each doubling of the texts."""
    if len(texts) <= 1:
        return [by.sign(text, meant_as=meant_as) for text in texts]
    root, steps = _tree([_leaf(text, meant_as) for text in texts])
    signature = by.sign(root, meant_as=meant_as + _ROOT)
    return [signature + each for each in steps]


def is_signed_so(text: bytes, signature: bytes, *, by: str, meant_as: bytes) -> bool:
    """Whether the public key's owner signed it, alone or in a sheaf; raises ValueError for what is no key."""
    signature, steps = signature[:SIGNATURE_BYTES], signature[SIGNATURE_BYTES:]
    if not steps:
        return is_signed(text, signature, by=by, meant_as=meant_as)
    root = _leaf(text, meant_as)
    for side, other in _each(steps):
        if side not in (LEFT, RIGHT):
            return False
        root = _fork(root, other) if side == RIGHT else _fork(other, root)
    return _is_root(root, signature, by, meant_as)


@lru_cache(ROOTS)
def _is_root(root: bytes, signature: bytes, by: str, meant_as: bytes) -> bool:
    return is_signed(root, signature, by=by, meant_as=meant_as + _ROOT)


def _tree(hashes: Sequence[bytes]) -> tuple[bytes, list[bytes]]:
    """The root, and the steps that lead to it from each."""
    if len(hashes) == 1:
        return hashes[0], [b""]
    half = (len(hashes) + 1) // 2
    (left, of_left), (right, of_right) = _tree(hashes[:half]), _tree(hashes[half:])
    steps = [*(each + RIGHT + right for each in of_left), *(each + LEFT + left for each in of_right)]
    return _fork(left, right), steps


def _each(steps: bytes) -> Iterator[tuple[bytes, bytes]]:
    for place in range(0, len(steps), STEP_BYTES):
        yield steps[place : place + 1], steps[place + 1 : place + STEP_BYTES]


def _leaf(text: bytes, meant_as: bytes) -> bytes:
    return hashlib.sha256(_LEAF + pae(meant_as, text)).digest()


def _fork(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(_FORK + left + right).digest()
