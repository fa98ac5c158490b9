"""A case without its person: what may be told of it in a conference, coarser than it is known, its dates shifted."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from services.intake.domain.case import Case, Need
from services.intake.domain.person import Person, age_band_of
from services.intake.domain.sheet import Kind, Sheet, of_kind
from shared.schemas.codes import published_age_band

LEAST, MOST = 15, 180  #: days by which dates are shifted into the past


@dataclass(frozen=True)
class Told:
    """From what it is told: the person, the case, its needs and its sheets, oldest first, on a day."""

    person: Person
    case: Case
    needs: tuple[Need, ...]
    sheets: tuple[Sheet, ...]
    today: date


def shift_by(chance: bytes) -> timedelta:
    """By how much the dates of one conference are shifted, all alike, so that what lies between them stays true."""
    return timedelta(days=LEAST + int.from_bytes(chance) % (MOST - LEAST + 1))


def facts(told: Told, ticked: Iterable[str], shift: timedelta) -> dict[str, Any]:
    """The ticked ones of ``conference.FACTS`` that have a value, in JSON types. Dates are shifted, ages are bands."""
    found = {name: _TOLD[name](told) for name in ticked}
    return {name: _shifted(value, shift) for name, value in found.items() if value not in (None, (), [], {})}


def _shifted(value: Any, shift: timedelta) -> Any:
    if isinstance(value, date):
        return (value - shift).isoformat()
    if isinstance(value, list):
        return [_shifted(one, shift) for one in value]
    if isinstance(value, dict):
        return {name: _shifted(one, shift) for name, one in value.items()}
    return list(value) if isinstance(value, tuple) else value


def _age_band(told: Told) -> str | None:
    born = told.person.birth_date
    band = age_band_of(born, told.today) if born else told.person.age_band
    return published_age_band(band) if band else None


def _last(told: Told, kind: Kind) -> Sheet | None:
    return next(reversed(of_kind(told.sheets, kind)), None)


def _day_of(told: Told, kind: Kind) -> date | None:
    sheet = _last(told, kind)
    return sheet.at.date() if sheet else None


def _levels(told: Told) -> dict[str, int]:
    sheet = _last(told, Kind.ASSESSMENT)
    return dict(sheet.content.get("levels", {})) if sheet else {}


def _services(told: Told) -> list[dict[str, Any]]:
    given = [sheet for sheet in of_kind(told.sheets, Kind.SERVICE) if sheet.content]
    return [{"service_type": one.content["service_type"], "given_on": one.done_on} for one in given]


def _needs(told: Told) -> list[str]:
    return list(dict.fromkeys(need.service_type for need in told.needs))


_TOLD: Mapping[str, Callable[[Told], Any]] = {
    "age_band": _age_band,
    "gender": lambda told: told.person.gender,
    "citizenship": lambda told: told.person.citizenship,
    "languages": lambda told: told.person.languages,
    "conclusion": lambda told: told.case.conclusion,
    "exploitation": lambda told: told.case.exploitation,
    "risk": lambda told: told.case.risk,
    "needs": _needs,
    "levels": _levels,
    "opened_on": lambda told: told.case.opened_at.date(),
    "screened_on": lambda told: _day_of(told, Kind.SCREENING),
    "assessed_on": lambda told: _day_of(told, Kind.ASSESSMENT),
    "services": _services,
}
