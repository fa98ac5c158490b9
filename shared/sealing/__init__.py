"""Content that only the receiving organisation can read: seal, open, keys."""

from shared.sealing.box import CannotOpen, from_text, open_sealed, seal
from shared.sealing.envelope import disclose, enclose, is_envelope
from shared.sealing.key_file import KeyFileUnusable, OwnKeys, PublicKeys, read_key_file, write_key_file
from shared.sealing.keys import KeyRing, PrivateKey
from shared.sealing.letter import Letter, Unsigned, framed, letters_in, write_letter, write_letters
from shared.sealing.signing import SigningKey, signing_key_id

__all__ = [
    "CannotOpen",
    "KeyFileUnusable",
    "KeyRing",
    "Letter",
    "OwnKeys",
    "PrivateKey",
    "PublicKeys",
    "SigningKey",
    "Unsigned",
    "disclose",
    "enclose",
    "framed",
    "from_text",
    "is_envelope",
    "letters_in",
    "open_sealed",
    "read_key_file",
    "seal",
    "signing_key_id",
    "write_key_file",
    "write_letter",
    "write_letters",
]
