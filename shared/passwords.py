"""Which passwords are good enough, and how they are kept (security, section 4)."""

import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from shared.texts import is_text

Hasher = PasswordHasher

HASHER = PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=4)  #: 64 MiB, some 84 ms
SHORTEST, LONGEST = 12, 1000  #: characters
FEWEST_DIFFERENT = 5  #: letters
FEWEST_OWN = 8  #: letters that belong to no word or run that everybody tries
RUN = 4
RUNS = (
    "01234567890123456789",
    "98765432109876543210",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
    "йцукенгшщзхъфывапролджэячсмитьбю",
    "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
)
WORDS = ("password", "passw0rd", "qwerty", "пароль", "welcome", "letmein", "admin", "throughline", "changeme")


class PasswordRefused(Exception):
    """Codes: too_short, too_long, too_common, not_text."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def accept_password(password: str, username: str) -> str:
    """The password as it is kept and compared; raises PasswordRefused for one that is guessed first.

    Long enough and not common is all that is asked: no mixture of kinds of letters, no date of expiry.
    """
    plain = normal(password)
    if len(plain) < SHORTEST:
        raise PasswordRefused("too_short")
    if len(plain) > LONGEST:
        raise PasswordRefused("too_long")
    if _is_common(plain.casefold(), username.casefold()):
        raise PasswordRefused("too_common")
    return plain


def normal(password: str) -> str:
    """One form for the same letters, whatever keyboard they were typed on; raises PasswordRefused."""
    if not is_text(password):
        raise PasswordRefused("not_text")
    return unicodedata.normalize("NFKC", password)


def typed(password: str) -> str:
    """A password to be tried; what cannot be one is tried like a wrong one."""
    try:
        return normal(password[:LONGEST])
    except PasswordRefused:
        return ""


@cache
def common_passwords() -> frozenset[str]:
    """Those of the 30,000 that are tried first that are long enough."""
    from zxcvbn.frequency_lists import FREQUENCY_LISTS  # noqa: PLC0415 - 15 MB, which a worker need not have

    return frozenset(word for word in FREQUENCY_LISTS["passwords"] if len(word) >= SHORTEST)


def _is_common(plain: str, username: str) -> bool:
    """One that everybody tries, few letters again and again, or little besides known words, the own name and runs."""
    rest = plain
    for word in (username, *WORDS):
        rest = rest.replace(word, "")
    is_monotonous, has_little_own = (
        len(set(plain)) < FEWEST_DIFFERENT,
        len(rest) - _in_runs(rest) < FEWEST_OWN,
    )
    return is_monotonous or has_little_own or plain in common_passwords()


def _in_runs(plain: str) -> int:
    """How many of the letters belong to runs of neighbouring keys."""
    parts = {at: plain[at : at + RUN] for at in range(len(plain) - RUN + 1)}
    starts = [at for at, part in parts.items() if any(part in run for run in RUNS)]
    return len({at + n for at in starts for n in range(RUN)})


def matches(hasher: Hasher, kept: str | None, password: str) -> bool:
    """Whether it is the password; takes as long when none is kept, so that nobody learns who exists."""
    if kept is None:
        hasher.hash(password)
        return False
    try:
        return hasher.verify(kept, password)
    except (VerificationError, InvalidHashError):
        return False
