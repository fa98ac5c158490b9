"""Whether a workbook is read as fast from many contributed counts as from few, whatever stands behind its sums."""

import time
from collections.abc import Iterator
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
from shared.schemas.workbook import CONTRIBUTED, VERSION

RATIO = Goal("reading a workbook, many contributed counts ÷ few", floor=2.5, aim=1.2, more_is_better=False)
TIME = Goal("reading a workbook of many contributed counts, ms", floor=40, aim=20, more_is_better=False)
YEAR = Period(2026)
EACH = 1_000  #: cells of a contribution
MORE = 5  #: times the long history of the other measures
TABLES = [table.name for table in CONTRIBUTED if table.is_of(VERSION)]


def measure(servers: Servers, order: Order, tell: Tell) -> list[Measured]:
    """Few and many contributions to the same cells of one year; reads in turn."""
    each, many = min(EACH, order.small), MORE * order.big
    with servers.place() as place:
        sides = [
            _filled(place, name, rows, each, tell) for name, rows in (("few", order.small), ("many", many))
        ]
        rounds = [[_read(side) for side in sides] for _ in range(max(5, order.requests // 4))]
        for side in sides:
            side.close()
    ratio = median(long / short for short, long in rounds)
    took = median(long for _, long in rounds)
    note = f"{many:,} and {order.small:,} contributed counts, {len(rounds)} rounds"
    return [Measured(RATIO, ratio, note), Measured(TIME, took, f"{many:,} contributed counts of a year")]


def _filled(place: Place, name: str, rows: int, each: int, tell: Tell) -> Database:
    database = open_database("reporting", place.database_url(name), sender=HUB)
    metadata.create_all(database.engine)
    cells = list(islice(_cells(), each))
    for number in range(max(1, rows // each)):
        quarter = YEAR.quarters[number % 4]
        with database.transaction() as tx:
            keep_contributions(tx, [Contribution(f"org-{number // 4}", quarter, VERSION, 1, cells)])
    tell(f"{rows:,} counts are contributed")
    return database


def _cells() -> Iterator[Cell]:
    for table in CONTRIBUTED:
        lists = [LISTS.get(dimension, sorted(countries())) for dimension in table.dimensions]
        for codes in product(*lists) if table.is_of(VERSION) else ():
            yield table.name, codes, 1


def _read(database: Database) -> float:
    """Every table of the year, in milliseconds."""
    begun = time.perf_counter()
    with database.reading() as tx:
        contributed(tx, YEAR, *TABLES)
    return (time.perf_counter() - begun) * 1_000
