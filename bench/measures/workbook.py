"""Whether a workbook is read as fast from many contributed counts as from few, whatever stands behind its sums."""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice, product
from statistics import median

from bench.goals import Goal
from bench.measures.judged import Measured
from bench.measures.order import Order, Tell
from bench.place import Place, Servers
from deploy.composition import open_database
from services.reporting.domain.counts import LISTS, Cell
from services.reporting.domain.periods import Period
from services.reporting.storage import metadata
from services.reporting.storage.contributed import Contribution, contributed, keep_contributions
from services.reporting.usecases.contributing import countries
from shared.database import Database
from shared.messaging.message import HUB
from shared.schemas.workbook import CONTRIBUTED, VERSION, Table

RATIO = Goal("reading a workbook, many contributed counts ÷ few", floor=2.5, aim=1.2, more_is_better=False)
TIME = Goal("reading a workbook of many contributed counts, ms", floor=40, aim=20, more_is_better=False)
PEOPLE = Goal("reading a workbook, counts of many people ÷ of few", floor=2.5, aim=1.2, more_is_better=False)
YEAR = Period(2026)
EACH = 1_000  #: cells of a contribution
MORE = 5  #: times the long history of the other measures
ORGANISATIONS = 12
PLACES = 100  #: cells of a table over which people are spread
TABLES = [table for table in CONTRIBUTED if table.is_of(VERSION)]


def measure(servers: Servers, order: Order, tell: Tell) -> list[Measured]:
    """Few and many contributions to the same cells of one year, then few people and many in them; reads in turn."""
    few, many, each = order.small, MORE * order.big, min(EACH, order.small)
    rounds = max(5, order.requests // 4)
    with servers.place() as place:
        of_cells = {"few": _of_cells(few, each), "many": _of_cells(many, each)}
        ratio, took = _compared(place, of_cells, rounds, tell)
        of_people = {"few_people": _of_people(few), "many_people": _of_people(many)}
        of_more_people, _ = _compared(place, of_people, rounds, tell)
    note = f"{many:,} and {few:,} contributed counts, {rounds} rounds"
    return [
        Measured(RATIO, ratio, note),
        Measured(TIME, took, f"{many:,} contributed counts of a year"),
        Measured(PEOPLE, of_more_people, f"counts of {many:,} and of {few:,} people, {rounds} rounds"),
    ]


def _compared(
    place: Place, sides: Mapping[str, Iterable[Contribution]], rounds: int, tell: Tell
) -> tuple[float, float]:
    """How much longer the second takes than the first, and how long, in milliseconds; the median of the rounds."""
    filled = [_filled(place, name, contributions, tell) for name, contributions in sides.items()]
    read = [[_read(side) for side in filled] for _ in range(rounds)]
    for side in filled:
        side.close()
    return median(long / short for short, long in read), median(long for _, long in read)


def _filled(place: Place, name: str, contributions: Iterable[Contribution], tell: Tell) -> Database:
    database = open_database("reporting", place.database_url(name), sender=HUB)
    metadata.create_all(database.engine)
    for contribution in contributions:
        with database.transaction() as tx:
            keep_contributions(tx, [contribution])
    tell(f"{name.replace('_', ' ')}: contributed")
    return database


def _of_cells(rows: int, each: int) -> Iterator[Contribution]:
    cells = list(islice(_cells(), each))
    for number in range(max(1, rows // each)):
        yield _contribution(number, cells)


def _of_people(people: int) -> Iterator[Contribution]:
    """So many in each table, spread evenly over the organisations and quarters, and there over the first cells."""
    for number, share in enumerate(_shared(people, ORGANISATIONS * len(YEAR.quarters))):
        yield _contribution(number, [cell for table in TABLES for cell in _people_in(table, share)])


def _people_in(table: Table, people: int) -> Iterator[Cell]:
    places = list(islice(_places(table), PLACES))
    for codes, count in zip(places, _shared(people, len(places)), strict=True):
        if count:
            yield table.name, codes, count


def _contribution(number: int, cells: Sequence[Cell]) -> Contribution:
    return Contribution(f"org-{number // 4}", YEAR.quarters[number % 4], VERSION, 1, cells)


def _shared(whole: int, parts: int) -> list[int]:
    return [whole // parts + (place < whole % parts) for place in range(parts)]


def _cells() -> Iterator[Cell]:
    for table in TABLES:
        for codes in _places(table):
            yield table.name, codes, 1


def _places(table: Table) -> Iterator[tuple[str, ...]]:
    return product(*(LISTS.get(dimension, sorted(countries())) for dimension in table.dimensions))


def _read(database: Database) -> float:
    """Every table of the year, in milliseconds."""
    begun = time.perf_counter()
    with database.reading() as tx:
        contributed(tx, YEAR, *(table.name for table in TABLES))
    return (time.perf_counter() - begun) * 1_000
