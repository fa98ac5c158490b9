"""Ask about open referrals of which nothing was heard for long, less and less often."""

from datetime import timedelta

from services.intake.storage import hearing as rows
from services.intake.usecases.ledger import ask_history
from services.intake.usecases.moves import QUIET
from shared.database import Database

LONGEST_QUIET = timedelta(hours=6)
ASKED_AT_ONCE = 200


def ask_after_silence(database: Database) -> int:
    """Ask for the history of each, again after 1 min, 2, 4 … 6 h; says how many were asked about."""
    with database.transaction() as tx:
        silent = rows.lock_silent(tx, limit=ASKED_AT_ONCE)
        for row in silent:
            ask_history(tx, row.id, row.number)
        for asked in {row.asked for row in silent}:
            ids = [row.id for row in silent if row.asked == asked]
            rows.set_asked(tx, ids, asked=asked + 1, quiet_until=tx.at + _quiet_after(asked + 1))
    return len(silent)


def _quiet_after(asked: int) -> timedelta:
    return min(QUIET * int(2 ** min(asked, 20)), LONGEST_QUIET)
