"""Envelopes that were changed on their way, for ``make test`` and, in far greater number, for ``make soak``."""

import random
from collections.abc import Iterator, Sequence

from shared.sealing import CannotOpen, Letter, OwnKeys, Unsigned, disclose, enclose, framed, write_letters

KEYS = OwnKeys.generate()  #: of who writes and who reads
READER = "hub"
EVENT = b'{"id":"1","type":"intake.move_made","data":{"move":"accept"}}'


def changed(whole: bytes, times: int, dice: random.Random) -> Iterator[bytes]:
    """Bits flipped, bytes changed, left out, put in, doubled, swapped; cut at either end."""
    for _ in range(times):
        at, to = sorted(dice.sample(range(len(whole)), 2))
        yield dice.choice(
            (
                whole[:at] + bytes([whole[at] ^ (1 << dice.randrange(8))]) + whole[at + 1 :],
                whole[:at] + bytes([whole[at] ^ dice.randrange(1, 256)]) + whole[at + 1 :],
                whole[:at] + whole[to:],
                whole[:to] + whole[at:],
                whole[:at] + dice.randbytes(dice.randrange(1, 9)) + whole[at:],
                whole[:at],
                whole[at + 1 :],
                whole + dice.randbytes(dice.randrange(1, 9)),
            )
        )


def taken_for_its_senders(times: int, *, seed: int, sealed: bool) -> Iterator[bytes]:
    """Of so many changed envelopes those that were taken for the sender's own, and that the sender did not write.

    Of an open one, which anybody can make, the letters lie bare: there only the signature decides. Whatever is not
    refused as what cannot be opened is raised.
    """
    [alone], [first, *_] = (_written(count) for count in (1, 3))
    whole = enclose(framed([alone, first]), reader=READER, key=KEYS.sealing[0].public if sealed else None)
    dice = random.Random(seed)  # noqa: S311 - so that a failure can be had again
    return (body for body in changed(whole, times, dice) if body != whole and _is_taken(body, (alone, first)))


def _written(count: int) -> list[Letter]:
    """Letters of one moment."""
    unsigned = [Unsigned([EVENT], [READER], b"sealed %d" % number) for number in range(count)]
    return write_letters(unsigned, sender="harbour-house", signing=KEYS.signing[0])


def _is_taken(body: bytes, originals: Sequence[Letter]) -> bool:
    try:
        letters = disclose(body, KEYS.ring, reader=READER)
        return any(one.is_by(KEYS.public.signing) and one.said and one not in originals for one in letters)
    except CannotOpen:
        return False
