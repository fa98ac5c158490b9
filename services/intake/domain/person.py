"""A person as the organisation knows them: perhaps only an alias, perhaps no papers at all."""

import unicodedata
from datetime import date, datetime
from uuid import UUID

from shared.schemas.codes import AGE_BANDS
from shared.values import value

OF_AGE = 18  #: years


@value(frozen=True)
class Person:
    """Everything but one kind of name is optional; a mononym and any script are valid (domain, section 2).

    ``citizenship`` is ISO 3166-1 alpha-3, ``languages`` are ISO 639-3; ``age_band`` is of the registration.
    ``missing`` says why nothing is known any more: ``erased``, or ``unreadable`` for what was tampered with.
    """

    id: UUID
    created_at: datetime
    created_by: str
    alias: str | None = None
    given_name: str | None = None
    family_name: str | None = None
    birth_date: date | None = None
    age_band: str | None = None
    gender: str | None = None
    citizenship: str | None = None
    languages: tuple[str, ...] = ()
    phone: str | None = None
    address: str | None = None
    missing: str | None = None

    @property
    def name(self) -> str:
        """What to call them on a page: their own name, else the alias."""
        return " ".join(filter(None, (self.given_name, self.family_name))) or self.alias or ""

    @property
    def search_key(self) -> str:
        """What a search by name looks through."""
        return folded(" ".join(filter(None, (self.given_name, self.family_name, self.alias))))


def folded(text: str) -> str:
    """The form in which texts of any script are compared: without case and without compatibility variants."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def is_child(person: Person, on: date) -> bool:
    """Whether they are under eighteen on that day, as far as that is known."""
    if person.birth_date is not None:
        return ages_of(age_band_of(person.birth_date, on))[1] < OF_AGE
    return person.age_band is not None and ages_of(person.age_band)[1] < OF_AGE


def age_band_of(birth_date: date, on: date) -> str:
    """The stored age band of somebody born then, on that day."""
    had_birthday = (on.month, on.day) >= (birth_date.month, birth_date.day)
    age = on.year - birth_date.year - (not had_birthday)
    return next(band for band in AGE_BANDS if age <= ages_of(band)[1])


def ages_of(band: str) -> tuple[int, int]:
    """The youngest and the oldest age of a band, in years; the last band has no end to speak of."""
    if band.endswith("+"):
        return int(band[:-1]), 999
    youngest, oldest = band.split("--")
    return int(youngest), int(oldest)
