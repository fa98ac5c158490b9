"""The path of a case from the first meeting to closure: where it stands, and the one step that comes next.

The steps are those of IOM's case management. What was left out on the way is said, and holds nobody up.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from services.intake.domain.case import SETTLED, Case, Need
from services.intake.domain.consent import Consent
from services.intake.domain.referral import Direction, Referral
from services.intake.domain.sheet import Kind, Sheet, of_kind
from shared.schemas.life import AWAITING_DECISION, OPEN, State

STEP_OF = {
    "screen": "identification",
    "record_consent": "registration",
    "assess": "assessment",
    "assess_needs": "plan",
    "refer": "implementation",
    "serve": "implementation",
    "await_answer": "implementation",
    "provide": "implementation",
    "plan_follow_up": "follow_up",
    "follow_up": "follow_up",
    "await_approval": "closure",
    "close": "closure",
}  #: what is to be done next → the step of the path that it belongs to
STEPS = tuple(dict.fromkeys(STEP_OF.values()))


@dataclass(frozen=True)
class Recorded:
    """All that is recorded of one case, and the consent of its person; ``sheets`` are oldest first."""

    case: Case | None
    consent: Consent | None
    needs: Sequence[Need] = ()
    referrals: Sequence[Referral] = ()
    sheets: Sequence[Sheet] = ()


@dataclass(frozen=True)
class Step:
    """A step of the path; ``status`` is done, now, later (to come), or left_out (passed, and not recorded)."""

    name: str
    status: str


def path(recorded: Recorded, on: date) -> tuple[Step, ...]:
    """The seven steps in their order, as they stand on that day."""
    step = next_step(recorded, on)
    now = STEPS.index(STEP_OF[step]) if step in STEP_OF else len(STEPS) if step is None else 0
    done = _done(recorded, on)
    passed = now if recorded.case else 0  # before there is a case nothing of it is left out
    return tuple(
        Step(
            name,
            "now" if place == now else "done" if name in done else "left_out" if place < passed else "later",
        )
        for place, name in enumerate(STEPS)
    )


def _done(recorded: Recorded, on: date) -> set[str]:
    case, needs = recorded.case, recorded.needs
    follow_ups = of_kind(recorded.sheets, Kind.FOLLOW_UP)
    facts = {
        "identification": _is_identified(recorded),
        "registration": _may_refer(recorded, on),
        "assessment": bool(of_kind(recorded.sheets, Kind.ASSESSMENT)),
        "plan": bool(needs) and all(need.state != "open" or need.how for need in needs),
        "implementation": bool(needs) and all(need.state in SETTLED for need in needs),
        "follow_up": bool(follow_ups) and all(sheet.done_on for sheet in follow_ups),
        "closure": case is not None and case.status == "closed",
    }
    return {name for name, is_so in facts.items() if is_so}


def _is_identified(recorded: Recorded) -> bool:
    concluded = recorded.case is not None and recorded.case.conclusion is not None
    return concluded or bool(of_kind(recorded.sheets, Kind.SCREENING))


def next_step(recorded: Recorded, on: date) -> str | None:
    """What is to be done next: ``open_case`` or a key of ``STEP_OF``; None once the case is closed."""
    if recorded.case is None:
        return "open_case" if _may_refer(recorded, on) else "record_consent"
    if recorded.case.status == "closed":
        return None
    if any(sheet.done_on is None for sheet in of_kind(recorded.sheets, Kind.CLOSURE)):
        return "await_approval"
    if not recorded.needs:
        return _before_the_plan(recorded, on)
    return _step_of_needs(recorded, on) or _step_of_referrals(recorded.referrals) or _after_the_help(recorded)


def _may_refer(recorded: Recorded, on: date) -> bool:
    return recorded.consent is not None and recorded.consent.allows("referral", on)


def _step_of_needs(recorded: Recorded, on: date) -> str | None:
    open_needs = [need for need in recorded.needs if need.state == "open"]
    if any(need.how != "own_service" for need in open_needs):
        return "refer" if _may_refer(recorded, on) else "record_consent"
    return "serve" if open_needs else None


def _before_the_plan(recorded: Recorded, on: date) -> str:
    assessed = bool(of_kind(recorded.sheets, Kind.ASSESSMENT))
    if not assessed and not _is_identified(recorded):
        return "screen"
    if not _may_refer(recorded, on):
        return "record_consent"
    return "assess_needs" if assessed else "assess"


def _step_of_referrals(referrals: Iterable[Referral]) -> str | None:
    states = {r.shown_state for r in referrals if r.direction is Direction.OUT and not r.refused}
    if states & (AWAITING_DECISION | {State.WAITLISTED}):
        return "await_answer"
    return "provide" if states & OPEN else None


def _after_the_help(recorded: Recorded) -> str:
    follow_ups = of_kind(recorded.sheets, Kind.FOLLOW_UP)
    if any(sheet.done_on is None for sheet in follow_ups):
        return "follow_up"
    unmet = any(need.state in ("planned", "not_met") for need in recorded.needs)
    return "plan_follow_up" if unmet or not follow_ups else "close"
