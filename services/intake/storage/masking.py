"""Queries on what the hub decided about masking, on the rosters that came, and on the seeds of our own masks."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update

from services.intake.storage.counting_tables import counts_sent, masking_decisions, rosters
from services.intake.storage.tables import keys
from shared.database import Transaction
from shared.messaging.keybook import sealing_keys
from shared.rows import add_new


@dataclass(frozen=True)
class Roster:
    """One roster as this node took it; nothing was contributed to it where it is ``refused``."""

    number: int
    period: str
    members: int
    heard_at: datetime
    refused: str | None = None
    seed: bytes | None = None
    lifted_at: datetime | None = None


def keep_decision(tx: Transaction, decision: int, masked_from: str | None) -> None:
    """Keep what the hub decided, once."""
    row = {"decision": decision, "masked_from": masked_from, "heard_at": tx.at}
    add_new(tx, masking_decisions, [row])


def masked_from(tx: Transaction) -> str | None:
    """From which quarter on counts leave masked, by the newest decision; None: they do not."""
    c = masking_decisions.c
    return tx.execute(select(c.masked_from).order_by(c.decision.desc()).limit(1)).scalar()


def add_roster(tx: Transaction, roster: Roster) -> None:
    """Keep a roster that came, with what was answered."""
    tx.execute(insert(rosters).values(**vars(roster)))


def rosters_of(tx: Transaction, period: str) -> list[Roster]:
    """Those of the quarter, newest first."""
    c = rosters.c
    query = select(rosters).where(c.period == period).order_by(c.number.desc()).with_for_update()
    return [Roster(**row) for row in tx.execute(query).mappings()]


def all_rosters(tx: Transaction, *, limit: int) -> list[Roster]:
    """The newest of all quarters, newest first."""
    query = select(rosters).order_by(rosters.c.number.desc()).limit(limit)
    return [Roster(**row) for row in tx.execute(query).mappings()]


def forget_seeds(tx: Transaction, period: str) -> None:
    """None of the quarter's masks can be lifted any more."""
    tx.execute(update(rosters).where(rosters.c.period == period).values(seed=None))


def forget_all_seeds(tx: Transaction) -> None:
    """None of our masks can be lifted any more: after a restore nobody knows which were."""
    tx.execute(update(rosters).values(seed=None))


def set_lifted(tx: Transaction, number: int) -> None:
    """Our own mask for that roster was lifted."""
    tx.execute(update(rosters).where(rosters.c.number == number).values(lifted_at=tx.at))


def leaves_masked(tx: Transaction, period: str) -> bool:
    """Whether counts of the quarter leave masked: so it was decided, or some did already."""
    since, c = masked_from(tx), counts_sent.c
    query = select(c.revision).where(c.period == period, c.roster.is_not(None)).limit(1)
    return (since is not None and since <= period) or tx.execute(query).first() is not None


def counted_openly(tx: Transaction, period: str) -> bool:
    """Whether counts of the quarter have left unmasked."""
    c = counts_sent.c
    query = select(c.revision).where(c.period == period, c.roster.is_(None)).limit(1)
    return tx.execute(query).first() is not None


def registered_keys(tx: Transaction) -> dict[str, str]:
    """Of each party that the register of keys believes its public key to seal to it."""
    return sealing_keys(tx, keys)
