"""The end of conferences: by their term, with consent, with their case. What was said goes, here and everywhere."""

from collections.abc import Collection
from uuid import UUID

from services.intake.domain import About, Action, Consent
from services.intake.domain.conference import ENDED, Conference
from services.intake.storage import conferences as rows
from services.intake.storage import erasing
from services.intake.usecases import audit
from services.intake.usecases.conference_acts import say, unsay
from shared.database import Database, Transaction

AT_ONCE = 50  #: conferences in one transaction


def end(tx: Transaction, conference: Conference, by: str | None) -> None:
    """Have it erased by all who take part, and here, but for what a legal hold is on. Twice is as once."""
    if conference.ended_at:
        return
    unsay(tx, conference.id)
    rows.set_conference(tx, conference.id, ended_at=tx.at)
    if not conference.has_left and tx.at < conference.ends_at:
        say(tx, conference, ENDED, {}, by)
    if not conference.erased_at and not rows.is_held(tx, conference.id):
        erase(tx, [conference])


def erase(tx: Transaction, gone: Collection[Conference]) -> None:
    """What was said in these is gone from here, and what anybody has begun to write at their pages."""
    ids = [conference.id for conference in gone]
    rows.erase(tx, ids)
    erasing.forget_answers(tx, ids)
    for conference in gone:
        audit.did(tx, None, Action.CONTENT_ERASED, About(case_id=conference.case_id))


def end_of_cases(tx: Transaction, case_ids: Collection[UUID]) -> None:
    """These cases are erased."""
    for conference in rows.lock_of_cases(tx, case_ids):
        end(tx, conference, None)


def end_uncovered(tx: Transaction, case_ids: Collection[UUID], consent: Consent) -> None:
    """The person's consent is what it is now: conferences that it does not cover any more are over."""
    for conference in rows.lock_of_cases(tx, case_ids):
        covers = consent.allows("conference", tx.at.date()) and set(conference.invited) <= {
            *consent.organisations
        }
        if not covers:
            end(tx, conference, None)


def erase_what_is_over(database: Database) -> int:
    """What has been kept for its term, or was held after its end; says how many that were."""
    erased = 0
    while True:
        with database.transaction() as tx:
            due = rows.lock_due(tx, limit=AT_ONCE)
            for conference in due:
                unsay(tx, conference.id)
            if due:
                erase(tx, due)
        if not due:
            return erased
        erased += len(due)
