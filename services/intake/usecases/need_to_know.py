"""Who works on what, and the glass that a case worker may break when a colleague's case cannot wait."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Table

from services.intake.domain import EMERGENCY, About, Action, Actor, Direction, Opening
from services.intake.storage import need_to_know as rows
from services.intake.storage import people as people_rows
from services.intake.storage import referrals as referral_rows
from services.intake.storage import staff as staff_rows
from services.intake.storage import staff_tables, tables
from services.intake.storage.staff import StaffMember
from services.intake.usecases import audit
from services.intake.usecases.checks import checked, text
from services.intake.usecases.refusals import Invalid, NotFound, NotPermitted
from shared import sign_ins
from shared.clock import new_id
from shared.database import Database, Transaction

LONGEST_REASON = 500
RULES = {"reference": text(60), "reason": text(LONGEST_REASON)}


class TooSoon(Exception):
    """References were asked for in vain too often: the next one may be in so many ``seconds``."""

    def __init__(self, seconds: int) -> None:
        super().__init__("wait")
        self.seconds = seconds


@dataclass(frozen=True)
class Team:
    """Who works on something (``members``), and who could (``others``): active staff who see cases."""

    members: tuple[StaffMember, ...]
    others: tuple[StaffMember, ...]


def file_team(database: Database, person_id: UUID, by: Actor) -> Team:
    """Who works on the person's file; raises NotFound."""
    with database.reading() as tx:
        _require_person(tx, person_id, by)
        return team_among(tx, rows.file_team(tx, person_id))


def set_file_team(database: Database, person_id: UUID, usernames: Collection[str], by: Actor) -> None:
    """These and no others work on it from now on, which a focal point says.

    Raises NotFound, NotPermitted, or Invalid for a name that cannot.
    """
    with database.transaction() as tx:
        _require_person(tx, person_id, by)
        rows.set_file_team(tx, person_id, chosen_members(tx, usernames, by))
        audit.did(tx, by, Action.TEAM_CHANGED, About(person_id))


def referral_team(database: Database, referral_id: UUID, by: Actor) -> Team:
    """Who works on a referral that came in; raises NotFound."""
    with database.reading() as tx:
        _require_arrival(tx, referral_id, by)
        return team_among(tx, rows.referral_team(tx, referral_id))


def set_referral_team(database: Database, referral_id: UUID, usernames: Collection[str], by: Actor) -> None:
    """The same for a referral that came in; with nobody it waits for everybody again."""
    with database.transaction() as tx:
        _require_arrival(tx, referral_id, by)
        rows.set_referral_team(tx, referral_id, chosen_members(tx, usernames, by))
        audit.did(tx, by, Action.TEAM_CHANGED, About(referral_id=referral_id))


def _require_person(tx: Transaction, person_id: UUID, by: Actor) -> None:
    if people_rows.find_person(tx, person_id, seen_by=by) is None:
        raise NotFound("person_not_found")


def _require_arrival(tx: Transaction, referral_id: UUID, by: Actor) -> None:
    found = referral_rows.find_referral(tx, referral_id, seen_by=by)
    if found is None or found[0].direction is not Direction.IN:
        raise NotFound("referral_not_found")


def team_among(tx: Transaction, usernames: Collection[str]) -> Team:
    """Who of these works here, and who could."""
    able = _able(tx)
    members = tuple(member for member in staff_rows.list_staff(tx) if member.username in usernames)
    return Team(members, tuple(member for member in able if member.username not in usernames))


def _able(tx: Transaction) -> list[StaffMember]:
    return [member for member in staff_rows.list_staff(tx) if member.active and member.actor.sees_cases]


def chosen_members(tx: Transaction, usernames: Collection[str], by: Actor) -> Collection[str]:
    """The same names, as a focal point says them; raises NotPermitted, or Invalid for one that cannot."""
    if not by.sees_every_case:
        raise NotPermitted
    if set(usernames) - {member.username for member in _able(tx)}:
        raise Invalid({"members": "unknown_code"})
    return usernames


def open_in_emergency(database: Database, reference: str, reason: str, by: Actor) -> Opening:
    """Show a case worker a colleague's case for an hour, by its exact reference and with a reason.

    It is kept who opened what and why, and the focal points see it at once. Of what this actor sees anyway nothing
    is opened. Raises NotPermitted, Invalid, NotFound for an unknown reference, and TooSoon after several of these.
    """
    if not by.sees_cases or by.sees_every_case:
        raise NotPermitted
    given = checked({"reference": reference, "reason": reason}, RULES, needed=RULES)
    with database.transaction() as tx:
        _brake(tx, by)
    try:
        with database.transaction() as tx:
            opening = _opened(tx, given["reference"].upper(), given["reason"], by)
            sign_ins.forget_failures(tx, tables.sign_ins, _braked(by))
            return opening
    except NotFound:
        with database.transaction() as tx:
            audit.did(tx, by, Action.EMERGENCY_REFUSED)
        raise


def _brake(tx: Transaction, by: Actor) -> None:
    try:
        sign_ins.count_attempt(tx, tables.sign_ins, _braked(by))
    except sign_ins.TooEarly as early:
        raise TooSoon(early.seconds) from None


def _braked(by: Actor) -> str:
    return f"emergency/{by.username}"


def _opened(tx: Transaction, reference: str, reason: str, by: Actor) -> Opening:
    files = rows.files_of_reference(tx, reference, by.org)
    arrivals = rows.arrivals_of_reference(tx, reference, by.org)
    if not files and not arrivals:
        raise NotFound("case_not_found")
    until = tx.at + EMERGENCY
    about = {"person_id": files[0] if files else None, "referral_id": None if files else arrivals[0]}
    opening = Opening(new_id(), by.username, reference, reason, tx.at, until, **about)
    if not _sees(tx, opening, by):
        rows.open_files(tx, by.username, files, until=until)
        rows.open_referrals(tx, by.username, [] if files else arrivals, until=until)
        rows.add_opening(tx, opening, org=by.org)
        for one in [About(id_) for id_ in files] or [About(referral_id=id_) for id_ in arrivals]:
            audit.did(tx, by, Action.EMERGENCY_OPENED, one)
    return opening


def _sees(tx: Transaction, opening: Opening, by: Actor) -> bool:
    if opening.person_id:
        return people_rows.find_person(tx, opening.person_id, seen_by=by) is not None
    return bool(opening.referral_id and referral_rows.find_referral(tx, opening.referral_id, seen_by=by))


def file_open_until(database: Database, person_id: UUID, by: Actor) -> datetime | None:
    """When an emergency ends, for whoever sees the person's file because of one."""
    return _open_until(database, staff_tables.file_workers, person_id, by)


def referral_open_until(database: Database, referral_id: UUID, by: Actor) -> datetime | None:
    """The same of a referral that came in."""
    return _open_until(database, staff_tables.referral_workers, referral_id, by)


def _open_until(database: Database, table: Table, about: UUID, by: Actor) -> datetime | None:
    with database.reading() as tx:
        return None if by.sees_every_case else rows.open_until(tx, table, about, by.username)


def unreviewed_openings(database: Database, by: Actor) -> list[Opening]:
    """What was opened in emergencies and no focal point has looked into; nothing for other roles."""
    if not by.sees_every_case:
        return []
    with database.reading() as tx:
        return rows.unreviewed(tx, by.org)


def count_unreviewed(database: Database, by: Actor) -> int:
    """How many these are."""
    if not by.sees_every_case:
        return 0
    with database.reading() as tx:
        return rows.count_unreviewed(tx, by.org)


def review_opening(database: Database, opening_id: UUID, by: Actor) -> None:
    """A focal point has looked into it; raises NotPermitted, or NotFound, also when another one has before."""
    if not by.sees_every_case:
        raise NotPermitted
    with database.transaction() as tx:
        opening = next((one for one in rows.unreviewed(tx, by.org) if one.id == opening_id), None)
        if opening is None or not rows.set_reviewed(tx, opening_id, by=by):
            raise NotFound("opening_not_found")
        about = About(opening.person_id, referral_id=opening.referral_id)
        audit.did(tx, by, Action.EMERGENCY_REVIEWED, about)
