"""Where the network stands: what waits now, how soon this quarter's referrals are answered, the year's headline."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.reporting.domain.consistent import Shown
from services.reporting.domain.periods import Period, quarter_of
from services.reporting.domain.protection import TOTAL, Codes
from services.reporting.storage import ledger, observed
from services.reporting.usecases import report as reports
from services.reporting.usecases.report import Report, Value
from shared.database import Database, Transaction

VICTIMS, CHILDREN = "identified_victim", ("0--8", "9--17")
RELEASED = BY_CONCLUSION, BY_AGE = "persons_by_conclusion", "persons_by_gender_and_age"


@dataclass(frozen=True)
class Headline:
    """So many victims of trafficking, and the share of children among them in percent.

    Either is withheld when None. ``about``: a total that is protected by rounding is in it.
    """

    year: str
    persons: float | None
    children_percent: int | None
    about: bool


@dataclass(frozen=True)
class ReleasedHeadline:
    """The same from a release: so many victims, and so many children among everybody counted, each with its error.

    ``release`` is the number of the proposal that it was made of.
    """

    year: str
    persons: Shown
    children: Shown
    release: int


@dataclass(frozen=True)
class Overview:
    """Open referrals now by where they stand, this quarter's response times, and the year's headline, if there is one.

    That of a release goes before the one of exact figures.
    """

    standing: Mapping[str, int]
    quarter: str
    measures: Mapping[str, Value]
    headline: Headline | None
    released: ReleasedHeadline | None


def overview(database: Database) -> Overview:
    """All of it; the headline is that of this year, or of the last if nobody has counted in this one yet."""
    with database.reading() as tx:
        standing, quarter = observed.standing_now(tx), quarter_of(tx.at)
        years = [str(Period(quarter.year - ago)) for ago in (0, 1)]
        published = next((one for year in years if (one := _released_headline(tx, year))), None)
    times = reports.table(database, "response_times", str(quarter))
    measures = {code: value for (urgency, code), value in times.totals.items() if urgency == TOTAL}
    found = (headline_of(reports.table(database, "persons_identified", year)) for year in years)
    exact = None if published else next((one for one in found if one), None)
    return Overview(standing, str(quarter), measures, exact, published)


def _released_headline(tx: Transaction, year: str) -> ReleasedHeadline | None:
    """That of the newest release of the year that holds both tables; None if its victims are too few to be shown."""
    made = [one for one in ledger.charges(tx) if one.finished_at and one.period == year]
    holding = [one for one in made if set(RELEASED) <= set(one.tables)]
    if not holding:
        return None
    release = ledger.read_release(tx, holding[-1])
    persons = release.tables[BY_CONCLUSION][VICTIMS,]
    children = [release.tables[BY_AGE][TOTAL, band] for band in CHILDREN]
    together = Shown(sum(one.value for one in children), sum(one.error for one in children))
    return None if persons.is_small else ReleasedHeadline(year, persons, together, release.charge.proposal)


def headline_of(report: Report) -> Headline | None:
    """The headline, from the protected table of persons by conclusion, gender and age; None without a victim in it."""
    values: Mapping[Codes, Value] = report.totals
    persons = values.get((VICTIMS, TOTAL, TOTAL))
    if persons is None or persons.shown == 0:
        return None
    children = [values.get((VICTIMS, TOTAL, band), Value(0)) for band in CHILDREN]
    share = None
    if persons.shown and None not in (known := [value.shown for value in children]):
        share = min(100, round(100 * sum(one or 0 for one in known) / persons.shown))
    about = any(value.protected for value in (persons, *children))
    return Headline(str(report.period), persons.shown, share, about)
