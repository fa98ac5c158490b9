"""Ask about referrals of which nothing was heard for long: the hub less and less often, and people how it went."""

from datetime import timedelta

from services.intake.storage import hearing as rows
from services.intake.storage import need_to_know
from services.intake.storage import silence as silence_rows
from services.intake.usecases.calling import call_members
from services.intake.usecases.ledger import ask_history
from services.intake.usecases.moves import QUIET
from shared.database import Database
from shared.schemas.life import OPEN, State

FOLLOWED = OPEN | {State.FORWARDED}  #: of which news is expected, of what was forwarded from the one after it
LONGEST_QUIET = timedelta(hours=6)  #: of one that is open; of one that is over each pause is twice the last
MOST_DOUBLINGS = 20  #: two years
ASKED_AT_ONCE = 200  #: in one transaction


def ask_after_silence(database: Database) -> int:
    """Ask for the history of each, again after 1 min, 2, 4 … 6 h; says how many were asked about.

    Where people have the next word, it begins with 32 minutes.
    """
    asked = 0
    while some := _ask(database):
        asked += some
    return asked


def ask_how_it_went(database: Database) -> int:
    """Call those who work on referrals to us where nobody has said anything for two weeks; how many referrals.

    The same is asked again after two more weeks.
    """
    with database.transaction() as tx:
        silent = silence_rows.lock_unasked(tx, limit=ASKED_AT_ONCE)
        for referral_id, _urgency in silent:
            call_members(tx, need_to_know.referral_team(tx, referral_id), urgent=False)
        silence_rows.set_how_asked(tx, [referral_id for referral_id, _ in silent])
    return len(silent)


def _ask(database: Database) -> int:
    with database.transaction() as tx:
        silent = rows.lock_silent(tx, limit=ASKED_AT_ONCE)
        for row in silent:
            ask_history(tx, row.id, row.number)
        for asked, is_open in {(row.asked, row.state in FOLLOWED) for row in silent}:
            ids = [row.id for row in silent if (row.asked, row.state in FOLLOWED) == (asked, is_open)]
            quiet_until = tx.at + _quiet_after(asked + 1, is_open=is_open)
            rows.set_asked(tx, ids, asked=asked + 1, quiet_until=quiet_until)
    return len(silent)


def _quiet_after(asked: int, *, is_open: bool) -> timedelta:
    doubled: timedelta = QUIET * 2 ** min(asked, MOST_DOUBLINGS)
    return min(doubled, LONGEST_QUIET) if is_open else doubled
