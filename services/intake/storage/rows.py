"""From rows to what they mean."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Table

from services.intake.domain import (
    Case,
    Consent,
    Direction,
    HistoryLine,
    Need,
    Person,
    Referral,
)
from shared.schemas.life import Move, State

Values = Mapping[Any, Any]


def part(row: Any, table: Table) -> dict[str, Any]:
    """The columns of one table out of a joined row."""
    return {column.name: row[column] for column in table.c}


def person_of(values: Values) -> Person:
    """A row of ``people``."""
    known = {name: values[name] for name in Person.__dataclass_fields__}
    return Person(**{**known, "languages": tuple(values["languages"])})


def consent_of(values: Values) -> Consent:
    """A row of ``consents``."""
    known = {name: values[name] for name in Consent.__dataclass_fields__}
    return Consent(**known | {name: tuple(values[name]) for name in ("purposes", "organisations", "fields")})


def case_of(values: Values) -> Case:
    """A row of ``cases``."""
    known = {name: values[name] for name in Case.__dataclass_fields__}
    return Case(**{**known, "exploitation": tuple(values["exploitation"])})


def need_of(values: Values) -> Need:
    """A row of ``needs``."""
    return Need(**{name: values[name] for name in Need.__dataclass_fields__})


def referral_of(values: Values) -> Referral:
    """A row of ``referrals``."""
    known = {name: values[name] for name in Referral.__dataclass_fields__}
    states = {name: State(values[name]) for name in ("state", "shown_state")}
    return Referral(**known | states | {"direction": Direction(values["direction"])})


def line_of(values: Values) -> HistoryLine:
    """A row of ``moves``."""
    derived = {"refused", "allowed", "move", "state"}
    known = {name: values[name] for name in HistoryLine.__dataclass_fields__ if name not in derived}
    return HistoryLine(
        **known,
        move=Move(values["move"]),
        state=State(values["state"]),
        refused=values["refused_after"] is not None,
        allowed=tuple(Move(move) for move in values["allowed"] or ()),
    )
