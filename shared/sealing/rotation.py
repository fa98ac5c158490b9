"""When a party's keys are followed by new ones, and when the old are destroyed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TypeVar

from shared.sealing.key_file import OwnKeys, PublicKeys
from shared.sealing.keys import PrivateKey
from shared.sealing.signing import SigningKey

SEALING_FOR = timedelta(days=90)  #: from when a key to seal to is made until the next is
SIGNING_FOR = timedelta(days=365)
OVERLAP = timedelta(days=30)  #: for which what is sealed to a key that was followed can still be opened

Key = TypeVar("Key", PrivateKey, SigningKey)


@dataclass(frozen=True, repr=False)
class Rotated:
    """The keys as they are to be kept now, and how many were made and destroyed."""

    keys: OwnKeys
    made: int
    destroyed: int


def rotated(keys: OwnKeys, *, registered: PublicKeys, at: datetime, at_once: bool = False) -> Rotated:
    """Make the keys that are due, or all ``at_once``, and leave out those that nobody needs any more.

    A key whose age is not known, as those of 0.1.0, is due. None is made while the register does not name the newest
    yet, and none destroyed: others still use the one before.
    """
    if keys.public != registered:
        return Rotated(keys, 0, 0)
    sealing, signing = list(keys.sealing), list(keys.signing)
    made = 0
    if at_once or _is_due(sealing[0].made, SEALING_FOR, at):
        sealing.insert(0, PrivateKey.generate(at))
        made += 1
    if at_once or _is_due(signing[0].made, SIGNING_FOR, at):
        signing.insert(0, SigningKey.generate(at))
        made += 1
    kept = OwnKeys(tuple(_needed(sealing, at)), tuple(_needed(signing, at)), keys.storage)
    destroyed = len(sealing) + len(signing) - len(kept.sealing) - len(kept.signing)
    return Rotated(kept, made, destroyed)


def _is_due(made: datetime | None, lasts: timedelta, at: datetime) -> bool:
    return made is None or at >= made + lasts


def _needed(keys: Sequence[Key], at: datetime) -> Iterable[Key]:
    """The newest, and those that were followed no longer ago than the overlap."""
    yield keys[0]
    for newer, key in pairwise(keys):
        if newer.made is None or at < newer.made + OVERLAP:
            yield key
