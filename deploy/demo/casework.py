"""What the demo's case workers write about their cases: screenings, assessments, and what is due today."""

import random
from datetime import date
from typing import Any
from uuid import UUID

from services.intake.domain import Actor, codelists
from services.intake.usecases.sheets import assess, note_factors, plan_follow_up, screen
from shared.database import Database

SIGNS = codelists.codes("indicator")
DOMAINS = codelists.codes("domain")
FACTORS = {
    "risk": {"household": "Invented: debts of the family."},
    "protective": {
        "individual": "Invented: speaks up.",
        "community": "Invented: good neighbours.",
    },
}


def look_into(database: Database, case_id: UUID, worker: Actor, conclusion: str, dice: random.Random) -> None:
    """Screen and assess, once."""
    signs = dice.sample(SIGNS, 3) if conclusion.endswith("_victim") else []
    answers = {code: "yes" if code in signs else "no" for code in SIGNS}
    said = {"answers": answers, "conclusion": conclusion, "identified_by": "own_organisation"}
    screen(database, case_id, said, worker)
    assess(
        database,
        case_id,
        {"levels": _levels(dice, (1, 2, 3)), "risk": dice.choice(("medium", "low"))},
        worker,
    )


def _levels(dice: random.Random, among: tuple[int, ...]) -> dict[str, Any]:
    return {domain: dice.choice(among) for domain in DOMAINS}


def stay_in_touch(database: Database, case_id: UUID, worker: Actor, on: date, *, danger: bool) -> None:
    """Assess once more, and plan to ask on that day how the person is."""
    dice = random.Random(case_id.int)  # noqa: S311 - nothing depends on it
    levels, risk = _levels(dice, (1, 2) if danger else (3, 4)), "high" if danger else "low"
    assess(database, case_id, {"levels": levels, "risk": risk, "immediate_risk": danger}, worker)
    note_factors(database, case_id, FACTORS, worker)
    plan_follow_up(database, case_id, {"due_on": on, "type": "phone"}, worker)
