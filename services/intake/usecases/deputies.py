"""Name who stands in while somebody is away: one's own deputy, or, for a focal point, anybody's."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

from services.intake.domain import About, Action, Actor, Deputy
from services.intake.domain.deputy import LONGEST
from services.intake.storage import deputies as rows
from services.intake.storage import staff as staff_rows
from services.intake.storage.staff import StaffMember
from services.intake.usecases import audit
from services.intake.usecases.refusals import Invalid, NotPermitted
from shared.database import Database, Transaction


def deputies(database: Database, by: Actor) -> list[Deputy]:
    """Those that are not over: all for a focal point, those who concern them for a case worker."""
    if not by.sees_cases:
        raise NotPermitted
    with database.reading() as tx:
        found = rows.list_deputies(tx)
    return [one for one in found if by.sees_every_case or by.username in (one.username, one.deputy)]


def able(database: Database, by: Actor) -> Sequence[StaffMember]:
    """Who can be away, and who can stand in: active staff who see cases."""
    if not by.sees_cases:
        raise NotPermitted
    with database.reading() as tx:
        return _able(tx)


def _able(tx: Transaction) -> list[StaffMember]:
    return [member for member in staff_rows.list_staff(tx) if member.active and member.actor.sees_cases]


def name_deputy(  # noqa: PLR0913 - who, for whom, and from when to when
    database: Database, username: str, deputy: str, *, first: date, last: date, by: Actor
) -> Deputy:
    """Let ``deputy`` see what ``username`` works on, and be called in their place, on these days (in UTC).

    It takes the place of whoever was named before. Raises NotPermitted, or Invalid: unknown_code, own_deputy,
    in_the_past, ends_before_it_begins, too_long.
    """
    if not by.sees_cases or not (by.sees_every_case or by.username == username):
        raise NotPermitted
    with database.transaction() as tx:
        since, until = _begin(first), _begin(last) + timedelta(days=1)
        _check(tx, username, deputy, since, until)
        named = Deputy(username, deputy, since, until, by.username)
        rows.put_deputy(tx, named)
        audit.did(tx, by, Action.DEPUTY_NAMED, About(member=username))
    return named


def _begin(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _check(tx: Transaction, username: str, deputy: str, since: datetime, until: datetime) -> None:
    there = {member.username for member in _able(tx)}
    errors = {
        name: "unknown_code" for name, who in (("username", username), ("deputy", deputy)) if who not in there
    }
    if username == deputy:
        errors["deputy"] = "own_deputy"
    if until <= tx.at:
        errors["last"] = "in_the_past"
    elif until <= since:
        errors["last"] = "ends_before_it_begins"
    elif until - max(since, tx.at) > LONGEST:
        errors["last"] = "absent_too_long"
    if errors:
        raise Invalid(errors)


def end_deputy(database: Database, username: str, by: Actor) -> None:
    """Nobody stands in for them any more; where nobody does it is so already. Raises NotPermitted."""
    if not by.sees_cases or not (by.sees_every_case or by.username == username):
        raise NotPermitted
    with database.transaction() as tx:
        if rows.remove_deputy(tx, username):
            audit.did(tx, by, Action.DEPUTY_ENDED, About(member=username))
