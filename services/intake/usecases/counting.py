"""Count the people who agreed to be counted, per quarter, and contribute the counts; never a case."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import timedelta
from uuid import UUID

import orjson

from services.intake.domain import Action
from services.intake.domain.period import bounds, quarters
from services.intake.storage import bookkeeping, masking
from services.intake.storage import counts as rows
from services.intake.storage import counts_sent as told
from services.intake.storage.counts import Counted
from services.intake.storage.counts_sent import Sent
from services.intake.usecases import audit
from shared.database import Database, Transaction
from shared.messaging.topology import from_node
from shared.schemas.cells import CellKey
from shared.schemas.codes import published_age_band
from shared.schemas.intake import Cell, CountsContributed
from shared.schemas.reporting import CountsAnswered
from shared.schemas.workbook import ANY, TABLES, UNKNOWN, VERSION, published, tables_of

OPEN_FOR = timedelta(days=45)  #: after its end the reporting service takes counts of a quarter no longer


def count(tx: Transaction, period: str, workbook: int = VERSION) -> list[Cell]:
    """The cells of that workbook's contributed tables for a quarter such as 2026-Q4, as they are.

    Counted are people whose first case was opened in it and whose consent to statistics is in force, with the
    facts of that case. Codes are the published ones: nothing finer leaves the node. Nobody is in more cells of a table
    than it declares. Small counts are protected by the reporting service.
    """
    start, end = bounds(period)
    everybody, today = rows.people_of_period(tx, start, end), tx.at.date()
    counted = {id_: who for id_, who in everybody.items() if who.consent.allows("statistics", today)}
    cells = Counter(cell for id_, who in counted.items() for cell in _cells_of(id_, who))
    cells.update(_needs(tx, period, counted))
    cells.update({("activities", (name,)): n for name, n in told.activities_of(tx, period).items() if n})
    declared = {table.name for table in tables_of(workbook)}
    return [
        Cell(table=table, codes=list(codes), count=n)
        for (table, codes), n in sorted(cells.items())
        if table in declared
    ]


def _cells_of(id_: UUID, who: Counted) -> Iterator[CellKey]:
    conclusion = who.conclusion or UNKNOWN
    age = published_age_band(who.age_band or UNKNOWN)
    yield "persons_identified", (conclusion, who.gender or UNKNOWN, age)
    yield "persons_by_citizenship", (conclusion, who.citizenship or UNKNOWN)
    yield "persons_by_recruiter", (conclusion, who.recruiter or UNKNOWN)
    yield "persons_by_case_state", (conclusion, who.case_state)
    for exploitation in who.exploitation or (UNKNOWN,):
        yield "persons_by_exploitation", (conclusion, exploitation)
    several = {
        "persons_by_exploitation_type": published("exploitation_type", who.exploitation),
        "persons_by_means": who.means,
        "persons_by_sector": who.sector,
    }
    for table, codes in several.items():
        for code in _at_most(TABLES[table].most, codes, id_):
            yield table, (conclusion, code)
        yield table, (conclusion, ANY if codes else UNKNOWN)


def _at_most(most: int, codes: Iterable[str], id_: UUID) -> list[str]:
    """So many of somebody's codes: always the same ones, and no code is preferred to another."""
    return sorted(codes, key=lambda code: hashlib.sha256(f"{id_}/{code}".encode()).digest())[:most]


def _needs(tx: Transaction, period: str, counted: Iterable[UUID]) -> Iterator[CellKey]:
    """Of each person the needs that were noted first."""
    whose: dict[UUID, list[CellKey]] = defaultdict(list)
    for need in rows.needs_of_period(tx, *bounds(period)):
        whose[need.person_id].append(("needs", (need.service_type, need.state)))
    for id_ in counted:
        yield from whose[id_][: TABLES["needs"].most]


def contribute_counts(database: Database, period: str) -> bool:
    """Tell the reporting service our counts of a quarter, if they are others than last time; says whether.

    They are sent again until it has answered, and kept as they left.
    """
    with database.transaction() as tx:
        workbook = min(VERSION, told.workbook_wanted(tx) or VERSION)
        cells = count(tx, period, workbook)
        revision = bookkeeping.next_revision(tx, f"counts/{period}", _digest(workbook, cells))
        if revision is None:
            return False
        contributed = CountsContributed(workbook=workbook, period=period, revision=revision, cells=cells)
        told.add_sent(tx, Sent(period, revision, workbook, [cell.dump() for cell in cells], tx.at))
        audit.did(tx, None, Action.COUNTS_CONTRIBUTED)
        outbox, subject = tx.outbox, f"counts/{period}"
        outbox.publish(
            tx, contributed, to=from_node(outbox.sender), subject=subject, awaits=awaited(period, revision)
        )
        return True


def awaited(period: str, revision: int) -> str:
    """What counts of a quarter await: their answer."""
    return f"counts:{period}:{revision}"


def hear_answers_to_counts(tx: Transaction, answers: Iterable[CountsAnswered]) -> None:
    """Keep what the reporting service says of counts that were sent; they are sent again no longer.

    Where others of ours stand under a revision that we do not know, as after a restore, the next ones go above it.
    """
    for answer in answers:
        if answer.answer == "replaced":
            bookkeeping.go_above(tx, f"counts/{answer.period}", answer.revision_held)
        told.set_answer(
            tx, answer.period, answer.revision, answer=answer.answer, in_force=answer.workbook_in_force
        )
        tx.outbox.receipted(tx, [awaited(answer.period, answer.revision)])


def _digest(workbook: int, cells: Iterable[Cell]) -> str:
    return hashlib.sha256(orjson.dumps([workbook, *(cell.dump() for cell in cells)])).hexdigest()


def contribute_all_counts(database: Database) -> int:
    """The same for every quarter that is still open and had a case or an activity; says how many were told.

    Consent, needs and the state of cases change later. Counts that leave masked wait for their roster.
    """
    with database.reading() as tx:
        span = rows.span_of_cases(tx)
        known = told.periods_of_activities(tx) | (set(quarters(*span)) if span else set())
        known = {period for period in known if not masking.leaves_masked(tx, period)}
    still_open = [period for period in sorted(known) if bounds(period)[1] + OPEN_FOR > database.clock()]
    return sum(contribute_counts(database, period) for period in still_open)
