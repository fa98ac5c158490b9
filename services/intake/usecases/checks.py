"""What a field may hold. A value is refused by a code and never quoted."""

from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from services.intake.usecases.refusals import Invalid
from shared.texts import is_text

Rule = Callable[[Any], Any]

LONGEST_TEXT = 2000  #: characters of what is written freely
MOST_CHOICES = 100
FIRST_TOMORROW = timedelta(hours=14)  #: the clocks that are ahead most, of UTC
EARLIEST_BIRTH = date(1900, 1, 1)


class Wrong(Exception):
    """The value does not obey its rule; ``code`` says how."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def checked(
    given: Mapping[str, Any], rules: Mapping[str, Rule], needed: Collection[str] = ()
) -> dict[str, Any]:
    """The values that were given, each as its rule returns it; raises Invalid with every error at once.

    Names without a rule are refused, so that nothing can be set that is not meant to be.
    """
    errors = {str(name)[:60]: "unknown_field" for name in given.keys() - rules.keys()}
    values = {}
    for name, rule in rules.items():
        try:
            value = None if given.get(name) is None else rule(given[name])
        except Wrong as wrong:
            errors[name] = wrong.code
            continue
        if value not in (None, ()):
            values[name] = value
        elif name in needed:
            errors[name] = "needed"
    if errors:
        raise Invalid(errors)
    return values


def text(longest: int = LONGEST_TEXT) -> Rule:
    """Text in any script, without the spaces around it; nothing but spaces counts as not given."""

    def check(value: Any) -> str | None:
        if not isinstance(value, str) or not is_text(value):
            raise Wrong("not_text")
        if len(value) > longest:
            raise Wrong("too_long")
        return value.strip() or None

    return check


def code(among: Collection[str]) -> Rule:
    """One of a list of codes; an unknown one is never mapped to another (domain, section 4)."""

    def check(value: Any) -> str | None:
        if not isinstance(value, str) or (value and value not in among):
            raise Wrong("unknown_code")
        return str(value) or None

    return check


def several(rule: Rule) -> Rule:
    """A list of values, each once, in the order given; an empty one says nothing and is left out."""

    def check(values: Any) -> tuple[Any, ...]:
        if not isinstance(values, (list, tuple)):
            raise Wrong("not_a_list")
        if len(values) > MOST_CHOICES:
            raise Wrong("too_many")
        known = (rule(value) for value in values)
        return tuple(dict.fromkeys(value for value in known if value is not None))

    return check


def day(value: Any) -> date | None:
    """A date, or one written as YYYY-MM-DD."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(value) if value != "" else None
    except (TypeError, ValueError):
        raise Wrong("not_a_date") from None


def birth_date(on: date) -> Rule:
    """A date on which somebody alive could be born; unknown is accepted, the future is not."""

    def check(value: Any) -> date | None:
        born = day(value)
        if born is not None and born > on:
            raise Wrong("in_the_future")
        if born is not None and born < EARLIEST_BIRTH:
            raise Wrong("too_long_ago")
        return born

    return check


def not_before(first: date) -> Rule:
    """A date that has not passed."""

    def check(value: Any) -> date | None:
        given = day(value)
        if given is not None and given < first:
            raise Wrong("in_the_past")
        return given

    return check


def newest_day(at: datetime) -> date:
    """The day that it is somewhere by then: where the organisation is it may be tomorrow already."""
    return (at + FIRST_TOMORROW).date()


def not_after(last: date) -> Rule:
    """A date that has come."""

    def check(value: Any) -> date | None:
        given = day(value)
        if given is not None and given > last:
            raise Wrong("in_the_future")
        return given

    return check


def an_id(value: Any) -> UUID | None:
    """An id, or one as addresses have it."""
    if isinstance(value, UUID):
        return value
    try:
        return UUID(value) if value != "" else None
    except (AttributeError, TypeError, ValueError):
        raise Wrong("not_an_id") from None


def moment(value: Any) -> datetime:
    """A moment that says its zone."""
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise Wrong("not_a_moment")
    return value


def country(value: Any) -> str | None:
    """ISO 3166-1 alpha-3."""
    return _listed(value, _countries())


def language(value: Any) -> str | None:
    """ISO 639-3."""
    return _listed(value, _languages())


def _listed(value: Any, codes: Collection[str]) -> str | None:
    checked_code: str | None = code(codes)(value)
    return checked_code


@lru_cache
def _countries() -> frozenset[str]:
    import pycountry  # noqa: PLC0415 - read only where people are registered

    return frozenset(country.alpha_3 for country in pycountry.countries)


@lru_cache
def _languages() -> frozenset[str]:
    import pycountry  # noqa: PLC0415 - read only where people are registered

    return frozenset(language.alpha_3 for language in pycountry.languages)
