"""Queries of a node that has gone back in time."""

from datetime import datetime

from sqlalchemy import delete, update

from services.intake.storage.staff_tables import half_sign_ins, oidc, second_factors
from services.intake.storage.tables import outbox, referrals, revisions, sessions
from shared.database import Transaction

UNDER_WAY = (
    sessions,
    half_sign_ins,
    oidc.begun,
    second_factors.offers,
    second_factors.links,
    second_factors.challenges,
)  #: sign-ins and links that may have ended since


def end_sign_ins(tx: Transaction, *, step: int) -> None:
    """End all that are under way; a code of an app up to that step opens nothing."""
    for table in UNDER_WAY:
        tx.execute(delete(table))
    secrets = second_factors.secrets
    tx.execute(update(secrets).where(secrets.c.last_step < step).values(last_step=step))


def raise_revisions(tx: Transaction, by: int) -> None:
    """What is said next under each has a higher number than all that was said, and is said even if it is the same."""
    tx.execute(update(revisions).values(number=revisions.c.number + by, sha256=""))


def hold_back(tx: Transaction, *, since: datetime, until: datetime) -> int:
    """What could still be undone at that moment can be undone until then; says how many messages wait."""
    waiting = (outbox.c.attempts == 0) & (outbox.c.due_at > since) & outbox.c.awaits.is_not(None)
    held = tx.execute(update(outbox).where(waiting).values(due_at=until)).rowcount
    tx.execute(update(referrals).where(referrals.c.held_until > since).values(held_until=until))
    return held


def ask_about_all(tx: Transaction) -> None:
    """The worker asks at once what became of each referral of which there can be news."""
    about = referrals.c.quiet_until.is_not(None)
    tx.execute(update(referrals).where(about).values(asked=0, quiet_until=tx.at))
