"""Filters of the tables about referrals; tables about people have none."""

from collections.abc import Collection
from dataclasses import dataclass, fields

from services.reporting.domain.regions import OTHER
from shared.schemas.codes import SERVICE_TYPES, URGENCIES
from shared.schemas.workbook import OBSERVED, Table


class FilterRefused(Exception):
    """A filter that cannot be applied.

    Codes: filter_unknown (no such code), region_not_told_apart (too few organisations are at home there),
    filter_not_here (the table has no such filter).
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Filters:
    """What a table is cut down to; None is everything.

    ``region`` is the one where the organisation that was asked is at home. Raises FilterRefused on a code that
    is in no list; whether a region may be told apart is seen when it is applied.
    """

    region: str | None = None
    service_type: str | None = None
    urgency: str | None = None

    def __post_init__(self) -> None:
        """A code is in its list."""
        known = self.service_type in (None, *SERVICE_TYPES) and self.urgency in (None, *URGENCIES)
        if not known:
            raise FilterRefused("filter_unknown")

    @property
    def given(self) -> dict[str, str]:
        """Those that are set, by name."""
        return {field.name: code for field in fields(self) if (code := getattr(self, field.name))}

    def check(self, table: Table, shown: Collection[str]) -> None:
        """Raises FilterRefused if the table has no such filter, or the region is none of those ``shown``."""
        if self.given.keys() - set(filters_of(table)):
            raise FilterRefused("filter_not_here")
        if self.region not in (None, OTHER, *shown):
            raise FilterRefused("region_not_told_apart")


EVERYTHING = Filters()


def filters_of(table: Table) -> tuple[str, ...]:
    """The filters that the table has.

    Who may cut a table about people smaller and smaller finds a person in it. One of all regions is cut by none.
    """
    names = tuple(field.name for field in fields(Filters))
    if "region" in table.dimensions:
        names = tuple(name for name in names if name != "region")
    return names if table in OBSERVED else ()
