"""Content that only the receiving organisation can read: seal, open, keys."""

from shared.sealing.box import CannotOpen, open_sealed, seal
from shared.sealing.keys import KeyFileUnusable, KeyRing, PrivateKey, read_key_file, write_key_file

__all__ = [
    "CannotOpen",
    "KeyFileUnusable",
    "KeyRing",
    "PrivateKey",
    "open_sealed",
    "read_key_file",
    "seal",
    "write_key_file",
]
