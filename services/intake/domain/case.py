"""A case, its needs, and which step comes next."""

import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from services.intake.domain.consent import Consent
from services.intake.domain.referral import Direction, Referral
from shared.schemas.life import AWAITING_DECISION, OPEN, State

PRIORITIES = ("high", "medium", "low")
CLOSURE_REASONS = (
    "plan_completed",
    "reintegrated",
    "returned",
    "transferred",
    "person_declined",
    "contact_lost",
    "died",
    "not_eligible",
    "other",
)  #: domain, section 3
REFERENCE_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  #: none that is misread or misheard for another


@dataclass(frozen=True)
class Case:
    """The work with one person, known to others by a random reference only. Once erased, codes and dates remain."""

    id: UUID
    person_id: UUID
    reference: str
    status: str
    opened_at: datetime
    conclusion: str | None = None
    exploitation: tuple[str, ...] = ()
    closed_at: datetime | None = None
    closure_reason: str | None = None
    erased_at: datetime | None = None


@dataclass(frozen=True)
class Need:
    """Something the person needs; its state is one of ``workbook.NEED_STATES``."""

    id: UUID
    case_id: UUID
    service_type: str
    priority: str
    state: str


def new_reference(choose: Callable[[str], str] = secrets.choice) -> str:
    """A case's reference such as K7QM-2XRD: random, derived from nothing."""
    letters = "".join(choose(REFERENCE_LETTERS) for _ in range(8))
    return f"{letters[:4]}-{letters[4:]}"


def next_step(
    case: Case | None, consent: Consent | None, needs: Sequence[Need], referrals: Iterable[Referral], on: date
) -> str | None:
    """The step that comes next, from what is there (domain, section 1); None once the case is closed.

    One of record_consent, assess_needs, refer, await_answer, provide, follow_up, close.
    """
    if case is not None and case.status == "closed":
        return None
    open_needs = any(need.state == "open" for need in needs)
    if (open_needs or not needs) and not (consent and consent.allows("referral", on)):
        return "record_consent"
    if not needs:
        return "assess_needs"
    if open_needs:
        return "refer"
    return _step_of_referrals(referrals) or _step_of_needs(needs)


def _step_of_referrals(referrals: Iterable[Referral]) -> str | None:
    states = {r.shown_state for r in referrals if r.direction is Direction.OUT and not r.refused}
    if states & (AWAITING_DECISION | {State.WAITLISTED}):
        return "await_answer"
    return "provide" if states & OPEN else None


def _step_of_needs(needs: Iterable[Need]) -> str:
    return "follow_up" if any(need.state in ("planned", "not_met") for need in needs) else "close"
