"""Queries on rosters, on what their members have said, and on the sums that were opened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update

from services.reporting.domain.counts import Cell
from services.reporting.domain.periods import Period
from services.reporting.storage.contributed import add_to_sums
from services.reporting.storage.decisions import rules_in_force
from services.reporting.storage.masked_tables import masked_counts, rosters
from services.reporting.storage.tables import contributions, metadata
from shared.database import Transaction
from shared.messaging.keybook import sealing_keys
from shared.messaging.message import HUB
from shared.messaging.registers import kept_register
from shared.rows import put
from shared.schemas.masking import Member, RosterSigned


@dataclass(frozen=True)
class Roster:
    """A roster as it stands; ``members`` are public keys by organisation."""

    number: int
    period: str
    network: str
    workbook: int
    cells: str
    members: Mapping[str, str]
    signed_at: datetime
    completed_at: datetime | None = None
    opened_at: datetime | None = None
    wrong: str | None = None
    totals: Sequence[Any] | None = None

    @property
    def signed(self) -> RosterSigned:
        """As its members are told."""
        members = [Member(org=org, key=key) for org, key in sorted(self.members.items())]
        return RosterSigned(
            network=self.network,
            number=self.number,
            period=self.period,
            workbook=self.workbook,
            cells=self.cells,
            members=members,
        )


@dataclass(frozen=True)
class Said:
    """What a member has said to a roster: masked counts, or why it contributes none; later the seed of its own mask."""

    roster: int
    org: str
    revision: int
    said_at: datetime
    refused: str | None = None
    commitment: str | None = None
    masked: bytes | None = None
    seed: bytes | None = None
    lifted_at: datetime | None = None


def add_roster(tx: Transaction, roster: Roster) -> None:
    """Keep it; those that it takes the place of can be added up no more."""
    older = select(rosters.c.number).where(rosters.c.period == roster.period)
    _forget(tx, masked_counts.c.roster.in_(older))
    tx.execute(insert(rosters).values(**{**vars(roster), "members": dict(roster.members)}))


def _forget(tx: Transaction, which: Any) -> None:
    tx.execute(update(masked_counts).where(which).values(masked=None, seed=None))


def find_roster(tx: Transaction, number: int) -> Roster | None:
    """The roster of that number, locked: what is said to one is heard one after the other."""
    query = select(rosters).where(rosters.c.number == number).with_for_update()
    row = tx.execute(query).mappings().one_or_none()
    return Roster(**row) if row else None


def newest_roster(tx: Transaction, period: str) -> Roster | None:
    """The one of the quarter that takes contributions."""
    return next(iter(rosters_of(tx, period)), None)


def rosters_of(tx: Transaction, period: str | None = None) -> list[Roster]:
    """Those of the quarter, or all; newest first."""
    query = select(rosters).order_by(rosters.c.number.desc())
    query = query if period is None else query.where(rosters.c.period == period)
    return [Roster(**row) for row in tx.execute(query).mappings()]


def said_to(tx: Transaction, number: int) -> dict[str, Said]:
    """What each member has said to the roster, by organisation."""
    query = select(masked_counts).where(masked_counts.c.roster == number)
    return {row["org"]: Said(**row) for row in tx.execute(query).mappings()}


def put_said(tx: Transaction, said: Said) -> None:
    """Keep it in the place of what the member said to the roster before."""
    newer = ("revision", "said_at", "refused", "commitment", "masked", "seed", "lifted_at")
    put(tx, masked_counts, [vars(said)], newer)


def set_seed(tx: Transaction, number: int, org: str, seed: bytes) -> None:
    """Keep the seed of a member's own mask."""
    c = masked_counts.c
    mine = update(masked_counts).where(c.roster == number, c.org == org)
    tx.execute(mine.values(seed=seed, lifted_at=tx.at))


def set_completed(tx: Transaction, number: int) -> None:
    """All have contributed."""
    tx.execute(update(rosters).where(rosters.c.number == number).values(completed_at=tx.at))


def set_opened(tx: Transaction, roster: Roster, cells: Sequence[Cell], *, wrong: str | None = None) -> None:
    """Keep the sum, and forget what it was made of; or why it cannot be right."""
    values = {"opened_at": tx.at, "wrong": wrong, "totals": list(cells)}
    tx.execute(update(rosters).where(rosters.c.number == roster.number).values(**values))
    _forget(tx, masked_counts.c.roster == roster.number)
    add_to_sums(tx, roster.period, cells)


def is_masked(tx: Transaction, period: str) -> bool:
    """Whether counts of the quarter are taken masked only: by the rules, or since somebody signed a roster for it."""
    since = rules_in_force(tx).masked_from
    return (bool(since) and since <= period) or newest_roster(tx, period) is not None


def waiting_quarters(tx: Transaction, period: Period) -> list[str]:
    """The quarters of the period that have begun, whose counts leave masked and are not added up yet."""
    begun = [str(quarter) for quarter in period.quarters if quarter.begins <= tx.at]
    opened = {one.period for one in rosters_of(tx) if one.opened_at and not one.wrong}
    return [quarter for quarter in begun if quarter not in opened and is_masked(tx, quarter)]


def eligible(tx: Transaction, period: str) -> dict[str, str]:
    """Of each organisation whose counts could be masked its public key: not of those that have sent theirs openly."""
    c = contributions.c
    openly = set(tx.execute(select(c.org).where(c.period == period, c.revision > 0)).scalars())
    known = sealing_keys(tx, metadata.tables["keys"])
    return {org: key for org, key in known.items() if org not in {HUB, *openly}}


def network_name(tx: Transaction) -> str:
    """What the register of keys calls the network; nothing before there is one."""
    kept = kept_register(tx, metadata)
    return kept[0].register.network if kept else ""
