"""Count the people who agreed to be counted, per quarter, and contribute the counts; never a case."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import timedelta

import orjson

from services.intake.domain import Action
from services.intake.domain.period import bounds, quarters
from services.intake.storage import bookkeeping
from services.intake.storage import counts as rows
from services.intake.storage.counts import Counted
from services.intake.usecases import audit
from shared.database import Database, Transaction
from shared.messaging.topology import from_node
from shared.schemas.codes import published_age_band
from shared.schemas.intake import Cell, CountsContributed
from shared.schemas.workbook import UNKNOWN, VERSION

OPEN_FOR = timedelta(days=45)  #: after its end the reporting service takes counts of a quarter no longer
CellKey = tuple[str, tuple[str, ...]]  #: a declared table and the codes of one of its cells


def count(tx: Transaction, period: str) -> list[Cell]:
    """The cells of the workbook's contributed tables for a quarter such as 2026-Q4, as they are.

    Counted are people whose first case was opened in it and whose consent to statistics is in force, with the
    facts of that case. Age bands are the published ones: nothing finer leaves the node. Small counts are
    protected by the reporting service.
    """
    start, end = bounds(period)
    everybody, today = rows.people_of_period(tx, start, end), tx.at.date()
    counted = {id_: who for id_, who in everybody.items() if who.consent.allows("statistics", today)}
    cells = Counter(cell for who in counted.values() for cell in _cells_of(who))
    needs = [need for need in rows.needs_of_period(tx, start, end) if need.person_id in counted]
    cells.update(("needs", (need.service_type, need.state)) for need in needs)
    return [Cell(table=table, codes=list(codes), count=n) for (table, codes), n in sorted(cells.items())]


def _cells_of(who: Counted) -> Iterator[CellKey]:
    conclusion = who.conclusion or UNKNOWN
    age = published_age_band(who.age_band or UNKNOWN)
    yield "persons_identified", (conclusion, who.gender or UNKNOWN, age)
    yield "persons_by_citizenship", (conclusion, who.citizenship or UNKNOWN)
    for exploitation in who.exploitation or (UNKNOWN,):
        yield "persons_by_exploitation", (conclusion, exploitation)


def contribute_counts(database: Database, period: str) -> bool:
    """Tell the reporting service our counts of a quarter, if they are others than last time; says whether."""
    with database.transaction() as tx:
        cells = count(tx, period)
        revision = bookkeeping.next_revision(tx, f"counts/{period}", _digest(cells))
        if revision is None:
            return False
        contributed = CountsContributed(workbook=VERSION, period=period, revision=revision, cells=cells)
        audit.did(tx, None, Action.COUNTS_CONTRIBUTED)
        tx.outbox.publish(tx, contributed, to=from_node(tx.outbox.sender), subject=f"counts/{period}")
        return True


def _digest(cells: Iterable[Cell]) -> str:
    return hashlib.sha256(orjson.dumps([cell.dump() for cell in cells])).hexdigest()


def contribute_all_counts(database: Database) -> int:
    """The same for every quarter that is still open and had a case: consent and needs change later; says how many."""
    with database.reading() as tx:
        span = rows.span_of_cases(tx)
    if span is None:
        return 0
    still_open = [period for period in quarters(*span) if bounds(period)[1] + OPEN_FOR > database.clock()]
    return sum(contribute_counts(database, period) for period in still_open)
