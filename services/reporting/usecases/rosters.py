"""Sign a roster: two people say whose masked counts of a quarter are added up; a new one takes an older one's place."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from services.reporting.domain.periods import parse_period, refusal_of
from services.reporting.storage import decisions
from services.reporting.storage import masked as rows
from services.reporting.storage.masked import Roster, Said
from services.reporting.usecases.deciding import approve, check_coordinator
from services.reporting.usecases.masking import awaited
from shared.database import Database, Transaction
from shared.messaging.topology import to_node
from shared.schemas.cells import cells_digest


class NotSigned(Exception):
    """What keeps a roster from being signed.

    Codes: quarter_unknown, quarter_not_over, period_closed, not_masked, roster_completed, organisation_unknown,
    roster_small.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def propose_roster(
    database: Database, period: str, by: str, *, without: Collection[str] = (), open_for: timedelta
) -> int:
    """Ask for a roster of every organisation but those; returns the proposal's number.

    Left out are those, too, that have sent their counts of the quarter openly. Raises PeriodUnknown, NotSigned,
    NotDecided.
    """
    with database.transaction() as tx:
        check_coordinator(tx, by)
        _check(tx, period, open_for)
        known = rows.eligible(tx, period)
        if set(without) - known.keys():
            raise NotSigned("organisation_unknown")
        members = sorted(known.keys() - set(without))
        _keys_of(tx, period, members)
        return decisions.add_proposal(tx, decisions.ROSTER, {"period": period, "members": members}, by)


def approve_roster(database: Database, number: int, by: str, *, open_for: timedelta) -> Roster:
    """Sign the roster that somebody else asked for, and ask its members for their counts; raises NotSigned, NotDecided.

    Those asked for an older one of the quarter are asked no more.
    """
    with database.transaction() as tx:
        decisions.one_at_a_time(tx)
        content = approve(tx, number, by, what=decisions.ROSTER).content
        period, members = content["period"], content["members"]
        _check(tx, period, open_for)
        older = rows.newest_roster(tx, period)
        if older is not None:
            tx.outbox.receipted(tx, [awaited("counts", older.number, org) for org in older.members])
        roster = _roster(tx, number, period, _keys_of(tx, period, members))
        rows.add_roster(tx, roster)
        for org in roster.members:
            awaits = awaited("counts", number, org)
            tx.outbox.publish(tx, roster.signed, to=to_node(org), subject=f"counts/{period}", awaits=awaits)
        return roster


def _roster(tx: Transaction, number: int, period: str, keys: Mapping[str, str]) -> Roster:
    workbook = decisions.rules_in_force(tx).workbook
    return Roster(number, period, rows.network_name(tx), workbook, cells_digest(workbook), keys, tx.at)


def _check(tx: Transaction, name: str, open_for: timedelta) -> None:
    """A quarter that is over and still takes counts, which leave masked, and that nobody was asked to open yet."""
    period = parse_period(name)
    if period.quarter is None:
        raise NotSigned("quarter_unknown")
    if period.ends > tx.at:
        raise NotSigned("quarter_not_over")
    if code := refusal_of(period, at=tx.at, open_for=open_for):
        raise NotSigned(code)
    if not rows.is_masked(tx, name):
        raise NotSigned("not_masked")
    newest = rows.newest_roster(tx, name)
    if newest is not None and newest.completed_at:
        raise NotSigned("roster_completed")


def _keys_of(tx: Transaction, period: str, members: Collection[str]) -> dict[str, str]:
    """The members' public keys, as the register of keys names them now."""
    known = rows.eligible(tx, period)
    if set(members) - known.keys():
        raise NotSigned("organisation_unknown")
    if len(members) < decisions.rules_in_force(tx).organisations:
        raise NotSigned("roster_small")
    return {org: known[org] for org in members}


@dataclass(frozen=True)
class Standing:
    """A roster, and what each member has said to it; None of one that has said nothing."""

    roster: Roster
    said: Mapping[str, Said | None]
    is_newest: bool


def all_rosters(database: Database) -> Sequence[Standing]:
    """Every roster that was ever signed, newest first."""
    with database.reading() as tx:
        newest: set[str] = set()
        found = []
        for roster in rows.rosters_of(tx):
            said = rows.said_to(tx, roster.number)
            members = {org: said.get(org) for org in sorted(roster.members)}
            found.append(Standing(roster, members, roster.period not in newest))
            newest.add(roster.period)
        return found
