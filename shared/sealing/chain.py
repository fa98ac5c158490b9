"""The chain of a referral's moves: each link names the one before, so that nobody can change, drop or slip in a move.

The referral service makes a link when it numbers a move; both nodes make it anew from what they were told, and compare.
"""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from shared.sealing.letter import Letter
from shared.sealing.signing import pae

MEANT_AS = b"application/vnd.throughline.link"


def link_after(previous: str | None, *, number: int, letter: str, state: str, recorded_at: datetime) -> str:
    """The link of a move: SHA-256, in hexadecimal, over the link before and what is recorded of the move.

    ``previous`` is None for the first; ``letter`` is the hash of its maker's letter.
    """
    moment = recorded_at.astimezone(UTC).isoformat(timespec="microseconds")
    pieces = (previous or "", str(number), letter, state, moment)
    return hashlib.sha256(pae(MEANT_AS, *[piece.encode() for piece in pieces])).hexdigest()


@dataclass(frozen=True)
class Recorded:
    """A move as it is kept: what is recorded of it, and the letter that proves it, if there is one."""

    number: int
    move: str
    state: str
    by_org: str
    recorded_at: datetime
    letter: str | None
    link: str | None
    proof: Letter | None


def breaks(
    moves: Iterable[Recorded], signing_keys: Mapping[str, Collection[str]]
) -> Iterator[tuple[int, str]]:
    """What is wrong with a chain: number and reason of each; nothing for a whole one.

    ``signing_keys`` are all public keys that each organisation ever signed with. Reasons: ``number_missing``,
    ``not_signed`` (version 0.1.0), ``link``, ``letter_missing``, ``letter``, ``signer``, ``move``, ``key_unknown``,
    ``signature``.
    """
    previous: str | None = None
    for place, move in enumerate(sorted(moves, key=lambda move: move.number), 1):
        if move.number != place:
            yield place, "number_missing"
            return
        for reason in _breaks_of(move, previous, signing_keys):
            yield move.number, reason
        previous = move.link


def _breaks_of(
    move: Recorded, previous: str | None, signing_keys: Mapping[str, Collection[str]]
) -> Iterator[str]:
    if move.letter is None or move.link is None:
        yield "not_signed"
        return
    expected = link_after(
        previous, number=move.number, letter=move.letter, state=move.state, recorded_at=move.recorded_at
    )
    if move.link != expected:
        yield "link"
    if move.proof is None:
        yield "letter_missing"
        return
    if move.proof.hash != move.letter:
        yield "letter"
    elif move.proof.said.sender != move.by_org:
        yield "signer"
    elif _told_by(move.proof) != move.move:
        yield "move"
    elif move.by_org not in signing_keys:
        yield "key_unknown"
    elif not any(move.proof.is_by(key) for key in signing_keys[move.by_org]):
        yield "signature"


def _told_by(letter: Letter) -> object:
    """The move that a letter tells of: it is named in it, or is what its event means."""
    event = letter.said.events[0]
    meant = {"intake.referral_sent": "send", "intake.referral_delivered": "deliver"}.get(
        str(event.get("type"))
    )
    data = event.get("data")
    return meant or (data.get("move") if isinstance(data, dict) else None)
