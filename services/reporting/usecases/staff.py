"""Who may read reports: coordinators, their sign-in and their tokens."""

import hashlib
import re
import secrets
import unicodedata
from datetime import timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from services.reporting.storage import staff as rows
from services.reporting.storage.staff import StaffMember
from shared.database import Database, Transaction

HASHER = PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=4)  #: 64 MiB, some 84 ms
USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,59}")
SHORTEST, LONGEST = 12, 1000  #: characters of a password
FREE_ATTEMPTS = 3
LONGEST_WAIT = 42  #: seconds (security, section 4): a delay that grows, never a lock-out
FORGOTTEN_AFTER = timedelta(hours=1)


class StaffRefused(Exception):
    """Codes: username_wrong, username_taken, password_length, password_common, staff_unknown."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class SignInRefused(Exception):
    """No sign-in: the name or the password is wrong, or it is too early (``wait`` in seconds)."""

    def __init__(self, wait: int = 0) -> None:
        super().__init__("wait" if wait else "wrong_password")
        self.wait = wait


def add_coordinator(  # noqa: PLR0913 - a person has that many facts
    database: Database,
    username: str,
    password: str,
    *,
    display_name: str = "",
    language: str | None = None,
    hasher: PasswordHasher = HASHER,
) -> StaffMember:
    """Add a coordinator; raises StaffRefused."""
    if not USERNAME.fullmatch(username):
        raise StaffRefused("username_wrong")
    kept = hasher.hash(_accepted(password, username))
    member = StaffMember(username, display_name[:200] or username, kept, language)
    with database.transaction() as tx:
        if rows.is_taken(tx, username):
            raise StaffRefused("username_taken")
        rows.add(tx, member)
    return member


def _accepted(password: str, username: str) -> str:
    """Long enough and not the first to be guessed is all that is asked (security, section 4)."""
    plain = _normal(password)
    if not SHORTEST <= len(plain) <= LONGEST:
        raise StaffRefused("password_length")
    rest = plain.casefold().replace(username, "").replace("password", "").replace("пароль", "")
    if len(set(rest)) < SHORTEST // 3:
        raise StaffRefused("password_common")
    return plain


def _normal(password: str) -> str:
    """One form for the same letters, whatever keyboard they were typed on."""
    return unicodedata.normalize("NFKC", password)


def find_staff(database: Database, username: str) -> StaffMember | None:
    """The coordinator of that name, if active."""
    with database.reading() as tx:
        return rows.find(tx, username)


def sign_in(
    database: Database, username: str, password: str, *, hasher: PasswordHasher = HASHER
) -> StaffMember:
    """Who that is; raises SignInRefused.

    Each attempt is counted before it is tried, so that many at once gain nothing. An unknown name takes as
    long.
    """
    name = username.strip().casefold()[:200]
    with database.transaction() as tx:
        _count_attempt(tx, sha256(name))
        member = rows.find(tx, name)
    plain = _normal(password[:LONGEST])
    if not _matches(hasher, member, plain) or member is None:
        raise SignInRefused
    with database.transaction() as tx:
        rows.forget_failed_sign_ins(tx, sha256(name), before=tx.at - FORGOTTEN_AFTER)
        if hasher.check_needs_rehash(member.password_hash):
            rows.set_password_hash(tx, name, hasher.hash(plain))
    return member


def _matches(hasher: PasswordHasher, member: StaffMember | None, plain: str) -> bool:
    if member is None:
        hasher.hash(plain)
        return False
    try:
        return hasher.verify(member.password_hash, plain)
    except (VerificationError, InvalidHashError):
        return False


def _count_attempt(tx: Transaction, name_sha256: str) -> None:
    failures, wait_until = rows.failed_sign_ins(tx, name_sha256) or (0, tx.at)
    if tx.at < wait_until:
        raise SignInRefused(int((wait_until - tx.at).total_seconds()) + 1)
    if tx.at - wait_until > FORGOTTEN_AFTER:
        failures = 0
    until = tx.at + timedelta(seconds=_wait_after(failures + 1))
    rows.put_failed_sign_ins(tx, name_sha256, failures + 1, until)


def _wait_after(failures: int) -> int:
    return 0 if failures <= FREE_ATTEMPTS else min(2 ** min(failures - FREE_ATTEMPTS, 10), LONGEST_WAIT)


def issue_token(database: Database, username: str) -> str:
    """A new token of the API for that coordinator, told this once; raises StaffRefused."""
    token = secrets.token_urlsafe(32)
    with database.transaction() as tx:
        if rows.find(tx, username) is None:
            raise StaffRefused("staff_unknown")
        rows.add_token(tx, sha256(token), username)
    return token


def owner_of_token(database: Database, token: str) -> StaffMember | None:
    """Whose token it is; None for an unknown one and for somebody who is no longer active."""
    with database.reading() as tx:
        return rows.owner_of_token(tx, sha256(token))


def sha256(secret: str) -> str:
    """Tokens are random, so no salt is needed; names are hashed so that what was mistyped is not kept."""
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()
