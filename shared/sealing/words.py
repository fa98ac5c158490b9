"""Words that two people read to each other, to know that they hold the same keys (the word list of BIP-39)."""

import hashlib
from functools import cache

from mnemonic import Mnemonic

from shared.sealing.key_file import PublicKeys
from shared.sealing.register import Roots
from shared.sealing.signing import pae

BYTES = 16  #: of a SHA-256, which are twelve words


def words_of_party(network: str, party: str, keys: PublicKeys) -> str:
    """Twelve words for the keys of a party in that network."""
    return _words(b"party", network, party, str(keys))


def words_of_network(roots: Roots) -> str:
    """Twelve words for a network: its name, its root keys, and how many of them must sign."""
    return _words(b"network", roots.network, str(roots.threshold), *sorted(roots.keys))


def same_words(given: str, expected: str) -> bool:
    """Whether somebody typed these words, in whatever case and however far apart."""
    return given.lower().split() == expected.split()


def _words(kind: bytes, *said: str) -> str:
    digest = hashlib.sha256(pae(kind, *(one.encode() for one in said))).digest()
    return _list().to_mnemonic(digest[:BYTES])


@cache
def _list() -> Mnemonic:
    return Mnemonic("english")
