"""A sheet of a person's file: what was written at one moment, of one kind. Nothing written is written over."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID


class Kind(StrEnum):
    """What a sheet is about. ``CHILD`` and ``OWN`` are about the person or case as such: the newest one counts."""

    SCREENING = "screening"
    ASSESSMENT = "assessment"
    FACTORS = "factors"
    SERVICE = "service"
    FOLLOW_UP = "follow_up"
    CLOSURE = "closure"
    REOPENING = "reopening"
    CHILD = "child"
    OWN = "own"


@dataclass(frozen=True)
class Sheet:
    """One sheet. ``content`` is codes and words by name, empty once erased; ``missing`` says why there is none.

    ``due_on`` is of a follow-up, and the day on which a closure was wanted. ``done_on`` is the day of a follow-up, of a
    service, and of the decision on a closure; a closure without it waits for a focal point's approval.
    """

    id: UUID
    person_id: UUID
    case_id: UUID | None
    kind: Kind
    at: datetime
    by: str
    due_on: date | None = None
    done_on: date | None = None
    content: Mapping[str, Any] = field(default_factory=dict)
    missing: str | None = None


@dataclass(frozen=True)
class Compared:
    """One domain of the assessments: its first and its last level, 1 (crisis) to 4 (safe); None: not assessed."""

    domain: str
    first: int | None
    last: int | None

    @property
    def change(self) -> int | None:
        """By how many levels it went up; None where there is nothing to compare."""
        return None if self.first is None or self.last is None else self.last - self.first


def of_kind(sheets: Iterable[Sheet], kind: Kind) -> list[Sheet]:
    """Those of that kind, in their order."""
    return [sheet for sheet in sheets if sheet.kind is kind]


def compared(assessments: Iterable[Sheet], domains: Iterable[str]) -> list[Compared]:
    """Every domain from its first to its last level; ``assessments`` are oldest first."""
    levels = [sheet.content.get("levels", {}) for sheet in assessments]
    return [_compared(name, [one[name] for one in levels if name in one]) for name in domains]


def _compared(name: str, found: list[int]) -> Compared:
    return Compared(name, found[0], found[-1]) if found else Compared(name, None, None)
