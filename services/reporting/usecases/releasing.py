"""Release a period's figures: two people, the ledger charged first, noise drawn once, and stored for ever.

Charging is a transaction of its own, committed before any noise is drawn: whoever is killed in between has paid. The
noise is stored in one transaction with the word that it is there. So a second attempt at a release whose noise is
stored gives out that noise, and one at a release whose noise is not pays again: somebody may have seen it.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from services.reporting.domain.consistent import consistent
from services.reporting.domain.counts import LISTS, Cell
from services.reporting.domain.noise import Draw, drawn, with_noise
from services.reporting.domain.periods import Period, parse_period
from services.reporting.domain.protection import Codes
from services.reporting.domain.rules import Rules
from services.reporting.storage import decisions, ledger
from services.reporting.storage.contributed import (
    Standing,
    contributed_since,
    organisations_by_quarter,
    standing_contributions,
)
from services.reporting.storage.ledger import Charge, Release
from services.reporting.storage.observed import periods_with_counts
from services.reporting.usecases.deciding import NotDecided, approve, check_coordinator, find
from shared.clock import new_id
from shared.database import Database, Transaction
from shared.schemas.cells import countries
from shared.schemas.workbook import LIMITED, RELEASED, Released


class NotReleased(Exception):
    """Codes: table_unknown, epsilon_out_of_range, period_open, too_few_organisations, budget_spent.

    ``left`` is what can still be spent on the people of the period, in thousandths.
    """

    def __init__(self, code: str, left: int = 0) -> None:
        super().__init__(code)
        self.code, self.left = code, left


def propose_release(  # noqa: PLR0913 - a release has that many circumstances
    database: Database, period: str, tables: Sequence[str], epsilon: int, by: str, *, open_for: timedelta
) -> int:
    """Ask for a release that spends ``epsilon`` thousandths; returns the proposal's number.

    Whatever would refuse the release refuses it here already. Raises PeriodUnknown, NotReleased, NotDecided.
    """
    with database.transaction() as tx:
        check_coordinator(tx, by)
        if not tables or set(tables) - set(RELEASED):
            raise NotReleased("table_unknown")
        wanted = parse_period(period)
        if ledger.finished_of(tx, str(wanted), tables) is None:
            _check(tx, wanted, tables, epsilon, open_for)
        content = {"period": str(wanted), "tables": sorted(tables), "epsilon": epsilon}
        return decisions.add_proposal(tx, decisions.RELEASE, content, by)


def approve_release(
    database: Database, number: int, by: str, *, open_for: timedelta, draw: Draw = drawn
) -> Release:
    """Make the release that somebody else asked for, or finish one that was broken off; the same one for ever after.

    Raises NotReleased, NotDecided; nothing is spent then.
    """
    with database.transaction() as tx:
        decisions.one_at_a_time(tx)
        charge = _charge(tx, number, by, open_for)
    if charge.finished_at is None:
        with database.transaction() as tx:
            _draw(tx, charge, draw)
    with database.reading() as tx:
        return ledger.read_release(tx, ledger.finished_of(tx, charge.period, charge.tables) or charge)


def _charge(tx: Transaction, number: int, by: str, open_for: timedelta) -> Charge:
    """The release that is there, or a new charge for it, whether it is the first or a second attempt."""
    proposal = find(tx, number)
    if proposal.approved_by != by:
        approve(tx, number, by, what=decisions.RELEASE)
    elif proposal.what != decisions.RELEASE:
        raise NotDecided("proposal_other")
    period, tables, epsilon = (proposal.content[name] for name in ("period", "tables", "epsilon"))
    made = ledger.finished_of(tx, period, tables)
    if made is not None:
        return made
    rules = _check(tx, parse_period(period), tables, epsilon, open_for)
    of_it = (new_id(), number, period, tables, rules.workbook, epsilon)
    charge = Charge(*of_it, asked_by=proposal.asked_by, approved_by=by, charged_at=tx.at)
    ledger.add_charge(tx, charge)
    return charge


def _check(
    tx: Transaction, period: Period, tables: Sequence[str], epsilon: int, open_for: timedelta
) -> Rules:
    """The rules that the release obeys; raises NotReleased."""
    rules, spent = decisions.rules_in_force(tx), ledger.spent(tx)
    if epsilon < 1:
        raise NotReleased("epsilon_out_of_range")
    if period.ends + open_for >= tx.at:
        raise NotReleased("period_open")
    sent = _organisations(tx, period, tables)
    if not sent or min(sent.values()) < rules.organisations:
        raise NotReleased("too_few_organisations")
    left = min(rules.epsilon - spent.get(str(quarter), 0) for quarter in period.quarters)
    if epsilon > left:
        raise NotReleased("budget_spent", max(0, left))
    return rules


def _organisations(tx: Transaction, period: Period, tables: Sequence[str]) -> dict[str, int]:
    """By quarter that has any counts, of how many they are such as a release is made of, with these tables in them."""
    since = max(LIMITED, *(RELEASED[name].table.since for name in tables))
    return organisations_by_quarter(tx, period, since=since)


def _draw(tx: Transaction, charge: Charge, draw: Draw) -> None:
    """Unless somebody else, who has paid as well, was quicker."""
    decisions.one_at_a_time(tx)
    if ledger.finished_of(tx, charge.period, charge.tables):
        return
    period = parse_period(charge.period)
    noisy = with_noise(_counts(tx, period, charge.tables), code_lists(), charge.epsilon, draw)
    sent = _organisations(tx, period, charge.tables)
    ledger.keep_release(tx, charge.id, consistent(noisy), organisations=max(sent.values(), default=0))


def _counts(tx: Transaction, period: Period, tables: Sequence[str]) -> dict[str, dict[Codes, int]]:
    """Of those only by whose workbook one person's weight has a limit, as noise must know it."""
    cells = contributed_since(tx, period, LIMITED)
    return {name: added_up(RELEASED[name], cells) for name in tables}


def added_up(released: Released, cells: Sequence[Cell]) -> dict[Codes, int]:
    """The contributed cells as the cells of a released table, exact; who has several is in each, and not in ANY."""
    found: Counter[Codes] = Counter()
    for table, codes, count in cells:
        place = released.codes_of(codes) if table == released.of else None
        if place is not None:
            found[place] += count
    return dict(found)


def code_lists() -> Mapping[str, Sequence[str]]:
    """All codes that a cell could have, by dimension."""
    return {**LISTS, "citizenship": sorted(countries())}


@dataclass(frozen=True)
class Ledger:
    """Every charge, oldest first; by quarter what is spent on its people, and the most that may be, in thousandths."""

    entries: Sequence[Charge]
    spent: Mapping[str, int]
    most: int


def ledger_of(database: Database) -> Ledger:
    """The privacy ledger as it stands."""
    with database.reading() as tx:
        spent = dict(sorted(ledger.spent(tx).items()))
        return Ledger(ledger.charges(tx), spent, decisions.rules_in_force(tx).epsilon)


def contributions(database: Database) -> list[Standing]:
    """Who has sent counts of which quarter, newest first, and what was answered; never a figure."""
    with database.reading() as tx:
        years = sorted({parse_period(name).year for name in periods_with_counts(tx)}, reverse=True)
        found = [one for year in years for one in standing_contributions(tx, Period(year))]
    return sorted(found, key=lambda one: one.period, reverse=True)


def find_release(database: Database, number: int) -> Release | None:
    """What was released of the proposal of that number."""
    with database.reading() as tx:
        made = (one for one in ledger.charges(tx) if one.proposal == number and one.finished_at)
        charge = next(made, None)
        return ledger.read_release(tx, charge) if charge else None


def releases(database: Database) -> list[Release]:
    """Everything that was ever released, newest first."""
    with database.reading() as tx:
        made = [charge for charge in ledger.charges(tx) if charge.finished_at]
        return [ledger.read_release(tx, charge) for charge in reversed(made)]
