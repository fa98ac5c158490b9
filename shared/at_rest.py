"""What lies in a database so that only who has the storage key can read it: data keys, sealed cells, blind indexes.

A cell is bytes in one column of one row, and opens nowhere else: its place is sealed with it. What is erased as one has
a data key of its own, which lies beside it, sealed with the storage key: without the data key all its cells are noise.
"""

import hmac
import os
from collections.abc import Sequence
from functools import lru_cache
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

KEY_BYTES, NONCE_BYTES, ID_BYTES, BLIND_BYTES = 32, 12, 8, 16
VERSION = b"\x01"  #: begins every cell
PADDED_TO = (
    64  #: bytes: what is sealed is filled up with spaces to a multiple, so that its length tells little
)
OPENED = 5_000  #: data keys that are remembered once opened


class Unreadable(Exception):
    """The cell was changed, belongs elsewhere, or was sealed with a key that is not here; says no more than that."""


def place(cell: str, *row: object) -> bytes:
    """Where a cell lies: table and column, and what names the row; text may only come last."""
    return "/".join((cell, *map(str, row))).encode()


class DataKey:
    """Seals and opens the cells of what is erased as one. Never printed, never logged."""

    __slots__ = ("_cipher",)

    def __init__(self, raw: bytes) -> None:
        self._cipher = ChaCha20Poly1305(raw)

    def seal(self, content: bytes, where: bytes) -> bytes:
        """The cell. Spaces are added at the end, which JSON does not mind."""
        nonce = os.urandom(NONCE_BYTES)
        padded = content.ljust(-(-len(content) // PADDED_TO) * PADDED_TO)
        return VERSION + nonce + self._cipher.encrypt(nonce, padded, where)

    def open(self, cell: bytes, where: bytes) -> bytes:
        """What was sealed, with the spaces at its end; raises Unreadable."""
        nonce, sealed = cell[1 : 1 + NONCE_BYTES], cell[1 + NONCE_BYTES :]
        if cell[:1] != VERSION or len(nonce) != NONCE_BYTES:
            raise Unreadable
        try:
            return self._cipher.decrypt(nonce, sealed, where)
        except InvalidTag:
            raise Unreadable from None


class StorageKeys:
    """The storage keys of one party, newest first: the newest seals, each opens what it has sealed."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        if not keys:
            raise ValueError("no storage key")
        self._keys = {key.id: key for key in map(_StorageKey, keys)}
        self._newest = next(iter(self._keys.values()))
        self._opened = lru_cache(OPENED)(self._open_data_key)

    @property
    def id(self) -> str:
        """What names the newest key, 16 hexadecimal digits: it tells nothing of the key."""
        return self._newest.id.hex()

    def seal(self, content: bytes, where: bytes) -> bytes:
        """The cell, sealed with the newest storage key itself: for what no data key is to be deleted for."""
        return self._newest.id + self._newest.data_key.seal(content, where)

    def open(self, cell: bytes, where: bytes) -> bytes:
        """What was sealed so; raises Unreadable."""
        key = self._keys.get(cell[:ID_BYTES])
        if key is None:
            raise Unreadable
        return key.data_key.open(cell[ID_BYTES:], where)

    def is_newest(self, cell: bytes) -> bool:
        """Whether it was sealed with the newest storage key itself."""
        return cell[:ID_BYTES] == self._newest.id

    def new_data_key(self, where: bytes) -> tuple[DataKey, bytes]:
        """A new data key, and the cell in which it is kept."""
        raw = os.urandom(KEY_BYTES)
        return DataKey(raw), self.seal(raw, where)

    def data_key(self, cell: bytes, where: bytes) -> DataKey:
        """The data key that is kept there; raises Unreadable."""
        return self._opened(cell, where)

    def _open_data_key(self, cell: bytes, where: bytes) -> DataKey:
        return DataKey(self.open(cell, where)[:KEY_BYTES])

    def blind(self, meaning: str, text: str) -> bytes:
        """What stands for the text in an index: the same for the same text and meaning, and told by no one else."""
        return self._newest.blind(meaning, text)

    def blinds(self, meaning: str, text: str) -> list[bytes]:
        """All that may stand for it: an older key's as well."""
        return [key.blind(meaning, text) for key in self._keys.values()]


class _StorageKey:
    """One storage key, from which a key for each purpose is derived."""

    def __init__(self, raw: bytes) -> None:
        self.id = _derived(raw, b"id")[:ID_BYTES]
        self.data_key = DataKey(_derived(raw, b"seal"))
        self._index = _derived(raw, b"index")

    def blind(self, meaning: str, text: str) -> bytes:
        return hmac.digest(self._index, f"{meaning}/{text}".encode(), sha256)[:BLIND_BYTES]


def _derived(raw: bytes, purpose: bytes) -> bytes:
    return HKDFExpand(algorithm=SHA256(), length=KEY_BYTES, info=b"throughline at rest/" + purpose).derive(
        raw
    )
