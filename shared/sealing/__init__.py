"""Content that only the receiving organisation can read: seal, open, keys."""

from shared.sealing.box import CannotOpen, open_sealed, seal
from shared.sealing.key_file import KeyFileUnusable, OwnKeys, PublicKeys, read_key_file, write_key_file
from shared.sealing.keys import KeyRing, PrivateKey
from shared.sealing.signing import SigningKey

__all__ = [
    "CannotOpen",
    "KeyFileUnusable",
    "KeyRing",
    "OwnKeys",
    "PrivateKey",
    "PublicKeys",
    "SigningKey",
    "open_sealed",
    "read_key_file",
    "seal",
    "write_key_file",
]
