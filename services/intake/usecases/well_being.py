"""Is everything well with this node? Who looks after it asks, and that is kept; the checks are the machine's."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from services.intake.domain import Action, Actor
from services.intake.usecases import audit
from services.intake.usecases.refusals import NotPermitted
from shared.database import Database


class Verdict(StrEnum):
    """How it is, worst first."""

    FAILED = "failed"
    WARNING = "warning"
    NOT_APPLICABLE = "not applicable"
    WELL = "well"


@dataclass(frozen=True)
class Found:
    """What one check found; ``says`` and ``remedy`` are English, for whoever is at the machine, or empty."""

    name: str
    verdict: Verdict
    says: str
    remedy: str


Examine = Callable[[], Sequence[tuple[str, str, str, str]]]  #: name, verdict, says, remedy of each check


def nothing_to_examine() -> Sequence[tuple[str, str, str, str]]:
    """For pages that nobody gave checks to."""
    return ()


def well_being(database: Database, examine: Examine, by: Actor) -> list[Found]:
    """What the checks find now, what is worst first; raises NotPermitted but for who looks after the node."""
    if not by.looks_after_the_node:
        raise NotPermitted
    audit.saw(database, by, Action.CHECKS_READ)
    found = [Found(name, Verdict(verdict), says, remedy) for name, verdict, says, remedy in examine()]
    return sorted(found, key=lambda one: list(Verdict).index(one.verdict))
