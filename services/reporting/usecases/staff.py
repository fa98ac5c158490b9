"""Who may read reports: coordinators, their sign-in and their tokens."""

import re
from dataclasses import replace

from services.reporting.storage import staff as rows
from services.reporting.storage import tables
from services.reporting.storage.staff import StaffMember
from shared import api_tokens, sign_ins
from shared.accounts import Accounts
from shared.api_tokens import Holder
from shared.database import Database
from shared.passwords import HASHER, Hasher, PasswordRefused, accept_password, matches, typed
from shared.texts import is_text

USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,59}")


class StaffRefused(Exception):
    """Codes: username_wrong, username_taken, staff_unknown, and those of PasswordRefused."""

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
    hasher: Hasher = HASHER,
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
    try:
        return accept_password(password, username)
    except PasswordRefused as refused:
        raise StaffRefused(refused.code) from None


def find_staff(database: Database, username: str) -> StaffMember | None:
    """The coordinator of that name, if active."""
    with database.reading() as tx:
        return rows.find(tx, username)


def sign_in(database: Database, username: str, password: str, *, hasher: Hasher = HASHER) -> StaffMember:
    """Who that is; raises SignInRefused.

    Each attempt is counted before it is tried, so that many at once gain nothing. An unknown name takes as
    long.
    """
    name, plain = username.strip().casefold()[:200] if is_text(username) else "", typed(password)
    with database.transaction() as tx:
        try:
            sign_ins.count_attempt(tx, tables.sign_ins, name)
        except sign_ins.TooEarly as early:
            raise SignInRefused(early.seconds) from None
        member = rows.find(tx, name)
    if not matches(hasher, member.password_hash if member else None, plain) or member is None:
        raise SignInRefused
    with database.transaction() as tx:
        sign_ins.forget_failures(tx, tables.sign_ins, name)
        if hasher.check_needs_rehash(member.password_hash):
            rows.set_password_hash(tx, name, hasher.hash(plain))
    return member


def accounts(database: Database) -> Accounts:
    """What can become of the accounts of coordinators."""
    return Accounts(
        database,
        tables.staff,
        tables.sessions,
        tables.half_sign_ins,
        tables.second_factors,
        tables.oidc,
        tables.api_tokens,
    )


def list_staff(database: Database) -> list[StaffMember]:
    """Every coordinator, also those who are no longer active, by user name."""
    with database.reading() as tx:
        return rows.everybody(tx)


def issue_token(database: Database, username: str) -> str:
    """A new token of the API for that coordinator, told this once; raises StaffRefused."""
    made = accounts(database).issue_token(username)
    if made is None:
        raise StaffRefused("staff_unknown")
    return made[0]


def holder_of_token(database: Database, token: str) -> Holder | None:
    """Of which StaffMember it is; None for an unknown one and for somebody no longer active. Raises TokenEnded."""
    with database.reading() as tx:
        found = api_tokens.owner(tx, tables.api_tokens, token)
        member = rows.find(tx, found.by) if found else None
    return replace(found, by=member) if found and member else None
