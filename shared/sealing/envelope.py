"""An envelope: letters for one reader, sealed, so that the broker sees nothing of them but a padded size.

Signed inside, sealed outside: who says what is proven by each letter, and hidden by the envelope. What is for everybody
goes in an open one.
"""

from shared.sealing.box import CannotOpen, nearly, open_sealed, seal
from shared.sealing.keys import KeyRing
from shared.sealing.letter import Letter, letters_in

OPEN, SEALED = b"TL2O", b"TL2S"
_MARK = len(SEALED)


def enclose(frames: bytes, *, reader: str, key: str | None) -> bytes:
    """Seal framed letters for a reader with its public key, or leave them open where there is none.

    Raises ValueError for a key that is none.
    """
    if key is None:
        return OPEN + frames
    return SEALED + seal(frames, to=key, context=_context(reader), padded=nearly)


def is_envelope(body: bytes) -> bool:
    """Whether the bytes are an envelope's; what version 0.1.0 sent begins otherwise."""
    return body.startswith((OPEN, SEALED))


def disclose(body: bytes, ring: KeyRing, *, reader: str) -> list[Letter]:
    """The letters for that reader, none of them believed yet; raises CannotOpen with a reason."""
    if body.startswith(OPEN):
        return letters_in(body[_MARK:])
    if not body.startswith(SEALED):
        raise CannotOpen("no_envelope")
    return letters_in(open_sealed(body[_MARK:], ring, context=_context(reader)))


def _context(reader: str) -> bytes:
    return b"envelope:" + reader.encode()
