"""A printed code with which a person, without an account, sees where their referrals stand and takes consent back."""

import secrets
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

LETTERS = "23456789ACDEFHJKMNPQRTVWXY"  #: no two that look alike on paper; sixteen of them are 75 bits
GROUPS, IN_A_GROUP = 4, 4
LONGEST_TYPED = 100  #: characters; what is longer is no code
LASTS = (7, 30, 90)  #: days
LANGUAGES = ("en", "ru", "be", "uk")
_ALIKE = str.maketrans("BSZGUАВСЕЗНКМРТХУ", "8526VA8CE3HKMPTXY")  # noqa: RUF001 - Cyrillic keys with the same face


@dataclass(frozen=True)
class Slip:
    """Who holds it (as in a consent: individual, caregiver, guardian), in which language, and until when it opens.

    ``names``: whether it names organisations, or says only which help. ``unseen``: consent was taken back with it, and
    nobody here has looked since.
    """

    id: UUID
    person_id: UUID
    holder: str
    language: str
    names: bool
    made_at: datetime
    made_by: str
    until: datetime
    unseen: bool = False


def new_code(choose: Callable[[str], str] = secrets.choice) -> str:
    """Such as K7QM-2XRD-9HFA-P4TW: random, derived from nothing."""
    groups = ("".join(choose(LETTERS) for _ in range(IN_A_GROUP)) for _ in range(GROUPS))
    return "-".join(groups)


def plain_code(typed: str) -> str:
    """As it is compared: whatever the case, the spaces and hyphens, and the alphabet of the keyboard."""
    letters = unicodedata.normalize("NFKC", typed[:LONGEST_TYPED]).upper().translate(_ALIKE)
    return "".join(letter for letter in letters if letter in LETTERS)
