"""What each state of a referral is called in FHIR: Task.status, and Task.businessStatus where that says too little.

``received`` and ``ready`` are no statuses of Gravity's profile, so what has no word there is ``requested``, and the
business status says the rest. Gravity itself has no list of business statuses; BSeR's codes stand beside ours where
they mean the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from services.intake.interchange.systems import BSER_STATUS, STATE
from shared.schemas.life import State


@dataclass(frozen=True)
class InFhir:
    """A state as FHIR has it: the Task's status, BSeR's code, and the ServiceRequest's status."""

    task: str
    bser: str | None
    request: str


STATES: Mapping[State, InFhir] = {
    State.SENT: InFhir("requested", "2.0", "active"),
    State.DELIVERED: InFhir("requested", None, "active"),
    State.ACKNOWLEDGED: InFhir("requested", None, "active"),
    State.WAITLISTED: InFhir("requested", None, "active"),
    State.INFORMATION_REQUESTED: InFhir("requested", None, "active"),
    State.ACCEPTED: InFhir("accepted", "3.0", "active"),
    State.SCHEDULED: InFhir("accepted", "5.1.1", "active"),
    State.IN_PROGRESS: InFhir("in-progress", None, "active"),
    State.ON_HOLD: InFhir("on-hold", None, "on-hold"),
    State.REJECTED: InFhir("rejected", "4.0", "revoked"),
    State.COMPLETED: InFhir("completed", "7.0", "completed"),
    State.PARTIALLY_COMPLETED: InFhir("completed", None, "completed"),
    State.FAILED: InFhir("failed", None, "revoked"),
    State.CANCELLED: InFhir("cancelled", "6.0", "revoked"),
    State.WITHDRAWN: InFhir("cancelled", None, "revoked"),
    State.FORWARDED: InFhir("rejected", None, "revoked"),
    State.ENTERED_IN_ERROR: InFhir("entered-in-error", None, "entered-in-error"),
}
ALONE = {
    "requested": State.SENT,
    "accepted": State.ACCEPTED,
    "rejected": State.REJECTED,
    "in-progress": State.IN_PROGRESS,
    "on-hold": State.ON_HOLD,
    "completed": State.COMPLETED,
    "failed": State.FAILED,
    "cancelled": State.CANCELLED,
    "entered-in-error": State.ENTERED_IN_ERROR,
}  #: what a Task's status means where no business status says more

_OF_BSER = {known.bser: state for state, known in STATES.items() if known.bser}
_CODES = {STATE: {str(state): state for state in State}, BSER_STATUS: _OF_BSER}


class NotUnderstood(Exception):
    """What is said is not known here, or contradicts itself: ``code`` says which, ``where`` the Task's element."""

    def __init__(self, code: str, where: str) -> None:
        super().__init__(code)
        self.code, self.where = code, where


def state_of(status: str, business: list[tuple[str | None, str | None]] | None) -> State:
    """The state that a Task's status and the codings (system, code) of its business status name together.

    ``business`` is None where there is none. Raises NotUnderstood: nothing is ever taken for something else.
    """
    if status not in {known.task for known in STATES.values()}:
        raise NotUnderstood("unknown_code", "status")
    if business is None:
        return ALONE[status]
    named = {_named(system, code) for system, code in business}
    if not named:
        raise NotUnderstood("not_coded", "businessStatus")
    if len(named) > 1:
        raise NotUnderstood("contradicts", "businessStatus")
    [state] = named
    if STATES[state].task != status:
        raise NotUnderstood("contradicts", "businessStatus")
    return state


def _named(system: str | None, code: str | None) -> State:
    try:
        return _CODES[system or ""][code or ""]
    except KeyError:
        raise NotUnderstood("unknown_code", "businessStatus") from None
