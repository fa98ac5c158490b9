"""A case and its needs."""

import secrets
from collections.abc import Callable
from datetime import date, datetime
from uuid import UUID

from shared.values import value

PRIORITIES = ("high", "medium", "low")
SETTLED = ("met", "not_met", "no_longer_needed")  #: states of a need in which nothing more is awaited
OUTCOMES = {
    "provided_by_own_agency": "met",
    "already_received_elsewhere": "met",
    "not_applicable": "no_longer_needed",
    "declined_by_the_person": "no_longer_needed",
    "service_unavailable": "not_met",
    "other": "not_met",
}  #: what became of a need without a referral (domain, section 3) → the state in which it is then
REFERENCE_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  #: none that is misread or misheard for another


@value(frozen=True)
class Case:
    """The work with one person, known to others by a random reference only. Once erased, codes and dates remain.

    ``identified_by`` says who came to the conclusion; ``risk`` and ``immediate_risk`` are of the newest assessment.
    """

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
    identified_by: str | None = None
    risk: str | None = None
    immediate_risk: bool | None = None


@value(frozen=True)
class Need:
    """Something the person needs; its state is one of ``workbook.NEED_STATES``.

    The plan says ``how`` it is to be met (own_service or referral) and until when. ``outcome`` is a key of
    ``OUTCOMES``, where no referral was made.
    """

    id: UUID
    case_id: UUID
    service_type: str
    priority: str
    state: str
    how: str | None = None
    planned_on: date | None = None
    outcome: str | None = None


def new_reference(choose: Callable[[str], str] = secrets.choice) -> str:
    """A case's reference such as K7QM-2XRD: random, derived from nothing."""
    letters = "".join(choose(REFERENCE_LETTERS) for _ in range(8))
    return f"{letters[:4]}-{letters[4:]}"
