"""Who works here: members of staff, their sign-in and their tokens."""

import re
from dataclasses import dataclass, replace
from typing import Any

from marshmallow import ValidationError
from marshmallow.validate import Email

from services.intake.domain import Action, Actor, Role, Via
from services.intake.storage import staff as rows
from services.intake.storage import staff_tables, tables
from services.intake.storage.push_tables import subscriptions
from services.intake.storage.staff import StaffMember
from services.intake.usecases import audit
from services.intake.usecases.checks import Wrong, checked, code, text
from services.intake.usecases.refusals import Conflict, Invalid, NotFound
from shared import api_tokens, sign_ins
from shared.accounts import Accounts
from shared.api_tokens import Holder
from shared.clock import new_id
from shared.database import Database
from shared.passwords import HASHER, Hasher, PasswordRefused, accept_password, matches, typed
from shared.texts import is_text

USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,59}")
EMAIL = Email()  #: the rule by which the hub takes it
LANGUAGES = ("en", "ru", "be", "uk")


@dataclass(frozen=True)
class NewStaff:
    """Somebody to be added. ``email`` is where notices go; ``language`` one of en, ru, be, uk."""

    username: str
    password: str
    role: Role | str
    display_name: str
    email: str | None = None
    language: str = "en"


class SignInRefused(Exception):
    """No sign-in: ``wrong_password``, also for an unknown name, or ``wait`` for so many seconds."""

    def __init__(self, code: str, seconds: int = 0) -> None:
        super().__init__(code)
        self.code, self.seconds = code, seconds


def add_staff(database: Database, new: NewStaff, *, org: str, hasher: Hasher = HASHER) -> StaffMember:
    """Add a member of staff; raises Invalid, or Conflict (username_taken)."""
    values = _checked(new)
    kept = hasher.hash(_accepted(new.password, values["username"]))
    member = StaffMember(id=new_id(), org=org, active=True, **values)
    with database.transaction() as tx:
        if rows.find_staff(tx, member.username) is not None:
            raise Conflict("username_taken")
        rows.add_staff(tx, member, password_hash=kept)
        audit.note_account(tx, Action.USER_ADDED, member.username)
    return member


def _checked(new: NewStaff) -> dict[str, Any]:
    rules = {
        "username": _username,
        "role": code(tuple(Role)),
        "display_name": text(200),
        "email": _email,
        "language": code(LANGUAGES),
    }
    values = checked({name: getattr(new, name) for name in rules}, rules, needed=rules.keys() - {"email"})
    return {"email": None} | values | {"role": Role(values["role"])}


def _accepted(password: str, username: str) -> str:
    try:
        return accept_password(password, username)
    except PasswordRefused as refused:
        raise Invalid({"password": refused.code}) from None


def _username(value: object) -> str:
    name = value.strip().casefold() if isinstance(value, str) else ""
    if not USERNAME.fullmatch(name):
        raise Wrong("not_a_username")
    return name


def _email(value: object) -> str | None:
    address: str | None = text(254)(value)
    try:
        return None if address is None else str(EMAIL(address))
    except ValidationError:
        raise Wrong("not_an_email_address") from None  # the cause quotes the address


def find_staff(database: Database, username: str) -> StaffMember | None:
    """The member of staff of that name, if active."""
    with database.reading() as tx:
        member = rows.find_staff(tx, username)
    return member if member and member.active else None


def sign_in(database: Database, username: str, password: str, hasher: Hasher = HASHER) -> Actor:
    """Who that is; raises SignInRefused.

    Each attempt is counted before it is tried, so that many at once gain nothing.
    """
    name, plain = _name_typed(username), typed(password)
    with database.transaction() as tx:
        try:
            sign_ins.count_attempt(tx, tables.sign_ins, name)
        except sign_ins.TooEarly as early:
            raise SignInRefused("wait", early.seconds) from None
        kept = rows.password_hash(tx, name)
    if not matches(hasher, kept, plain):
        note(database, Action.SIGN_IN_REFUSED, name)
        raise SignInRefused("wrong_password")
    with database.transaction() as tx:
        sign_ins.forget_failures(tx, tables.sign_ins, name)
        if hasher.check_needs_rehash(kept or ""):
            rows.set_password_hash(tx, name, hasher.hash(plain))
        return _present(rows.find_staff(tx, name)).actor


def _name_typed(username: str) -> str:
    return username.strip().casefold()[:60] if is_text(username) else ""


def note(database: Database, what: str, username: str) -> None:
    """Keep that somebody came in, could not, or changed how they do; ``what`` is the code of an ``Action``."""
    with database.transaction() as tx:
        known = rows.find_staff(tx, username)
        audit.note_sign_in(tx, what, known.username if known else "")


def accounts(database: Database) -> Accounts:
    """What can become of the accounts of people here."""
    return Accounts(
        database,
        tables.staff,
        tables.sessions,
        staff_tables.half_sign_ins,
        staff_tables.second_factors,
        staff_tables.oidc,
        tables.api_tokens,
        audit.note_account,
        ending_with=(subscriptions,),
    )


def list_staff(database: Database) -> list[StaffMember]:
    """Everybody, also those who are no longer active, by user name."""
    with database.reading() as tx:
        return rows.list_staff(tx)


def issue_token(database: Database, username: str) -> str:
    """A new token of the API for that member of staff, told this once; raises NotFound."""
    made = accounts(database).issue_token(username)
    if made is None:
        raise NotFound("staff_not_found")
    return made[0]


def holder_of_token(database: Database, token: str) -> Holder | None:
    """By which Actor it asks; None for an unknown one and for somebody who is no longer active. Raises TokenEnded."""
    with database.reading() as tx:
        found = api_tokens.owner(tx, tables.api_tokens, token)
        member = rows.find_staff(tx, found.by) if found else None
    if found is None or member is None or not member.active:
        return None
    return replace(found, by=replace(member.actor, via=Via.API))


def _present(member: StaffMember | None) -> StaffMember:
    if member is None or not member.active:
        raise NotFound("staff_not_found")
    return member
