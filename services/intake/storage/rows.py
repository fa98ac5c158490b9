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
from services.intake.storage import cells
from services.intake.storage.tables import people
from shared.at_rest import StorageKeys
from shared.schemas.life import Move, State

Values = Mapping[Any, Any]
PERSON = [people.c[name] for name in ("id", "created_at", "created_by", "data_key", "sealed", "erased_at")]


def part(row: Any, table: Table) -> dict[str, Any]:
    """The columns of one table out of a joined row."""
    return {column.name: row[column] for column in table.c}


def person_of(keys: StorageKeys, row: Values) -> Person:
    """A row with the columns of ``PERSON``."""
    return cells.person_in(keys, row, people.c)


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


def referral_of(keys: StorageKeys, values: Values) -> tuple[Referral, dict[str, Any] | None]:
    """A row of ``referrals``, and what left or came with it."""
    content, missing = cells.content_in(keys, values)
    derived = {"reference", "missing"}
    known = {name: values[name] for name in Referral.__dataclass_fields__ if name not in derived}
    opened = {"reference": (content or {}).get("case_reference"), "missing": missing}
    states = {name: State(values[name]) for name in ("state", "shown_state")}
    return Referral(**known | opened | states | {"direction": Direction(values["direction"])}), content


def line_of(keys: StorageKeys, values: Values) -> HistoryLine:
    """A row of ``moves`` with the ``data_key`` of its referral."""
    derived = {"refused", "allowed", "move", "state", *cells.SAID}
    known = {name: values[name] for name in HistoryLine.__dataclass_fields__ if name not in derived}
    return HistoryLine(
        **known | cells.said_in(keys, values),
        move=Move(values["move"]),
        state=State(values["state"]),
        refused=values["refused_after"] is not None,
        allowed=tuple(Move(move) for move in values["allowed"] or ()),
    )
