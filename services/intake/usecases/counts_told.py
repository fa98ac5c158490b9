"""What was told of our counts, exactly as it left, and the activities that somebody notes for a quarter."""

from collections.abc import Mapping

from services.intake.domain import Action, Actor
from services.intake.domain.period import bounds, quarter_of
from services.intake.storage import counts_sent as rows
from services.intake.storage import masking
from services.intake.storage.counts_sent import Sent
from services.intake.storage.masking import Roster
from services.intake.usecases import audit
from services.intake.usecases.counting import OPEN_FOR
from services.intake.usecases.refusals import Invalid, NotPermitted
from shared.database import Database
from shared.schemas.workbook import ACTIVITIES

MOST_ACTIVITIES = 10_000  #: in a quarter; more is a mistake
NEWEST = 40  #: revisions that are shown


def sent_counts(database: Database, by: Actor) -> list[Sent]:
    """What was sent last, newest quarter and revision first, with its answers; raises NotPermitted."""
    _check(by)
    with database.reading() as tx:
        found = rows.newest_sent(tx, limit=NEWEST)
    audit.saw(database, by, Action.COUNTS_READ)
    return found


def masked_from(database: Database) -> str | None:
    """The quarter from which counts leave masked, if that was decided."""
    with database.reading() as tx:
        return masking.masked_from(tx)


def newest_rosters(database: Database) -> dict[int, Roster]:
    """The rosters that came last, newest first, by their numbers."""
    with database.reading() as tx:
        return {roster.number: roster for roster in masking.all_rosters(tx, limit=NEWEST)}


def open_quarters(database: Database) -> list[str]:
    """The quarters whose counts are still taken, this one first."""
    at = database.clock()
    this, before = quarter_of(at), quarter_of(bounds(quarter_of(at))[0] - OPEN_FOR)
    return [quarter for quarter in (this, before) if bounds(quarter)[1] + OPEN_FOR > at]


def note_activities(database: Database, period: str, counts: Mapping[str, int | None], by: Actor) -> None:
    """Keep how many activities of each kind there were in a quarter; what was noted for it before is replaced.

    Raises NotPermitted, or Invalid for a closed quarter, an unknown kind, or a number that cannot be.
    """
    _check(by)
    wrong = dict.fromkeys(counts.keys() - set(ACTIVITIES), "unknown_code")
    wrong |= {name: "too_many" for name, n in counts.items() if n is None or not 0 <= n <= MOST_ACTIVITIES}
    if period not in open_quarters(database):
        wrong["period"] = "unknown_code"
    if wrong:
        raise Invalid(wrong)
    with database.transaction() as tx:
        rows.put_activities(tx, period, {name: n or 0 for name, n in sorted(counts.items())}, by.username)
        audit.did(tx, by, Action.ACTIVITIES_NOTED)


def noted_activities(database: Database, period: str) -> dict[str, int]:
    """What is noted for a quarter."""
    with database.reading() as tx:
        return rows.activities_of(tx, period)


def _check(by: Actor) -> None:
    if not by.speaks_for_the_organisation:
        raise NotPermitted
