"""Contribute counts under masks, so that the hub reads the sum over a roster and nobody's counts.

A node gives the seed of its own mask for one roster of a quarter, and never for another one: so of two sums of a
quarter in which it is, only one can ever be read, and no difference of two shows anybody.
"""

from collections.abc import Sequence

import structlog

from services.intake.domain import Action
from services.intake.domain.period import bounds
from services.intake.storage import bookkeeping
from services.intake.storage import counts_sent as told
from services.intake.storage import masking as rows
from services.intake.storage.audit import restored_at
from services.intake.storage.counts_sent import Sent
from services.intake.storage.masking import Roster
from services.intake.storage.tables import metadata
from services.intake.usecases import audit
from services.intake.usecases.counting import awaited, count
from shared.database import Transaction
from shared.messaging.registers import kept_register
from shared.messaging.scribe import PACK_RECEIVED
from shared.messaging.topology import from_node
from shared.schemas.cells import LARGEST_COUNT, cells_digest, declared_cells
from shared.schemas.intake import Cell
from shared.schemas.masking import (
    CountsMasked,
    MaskingDecided,
    MaskLifted,
    RosterCompleted,
    RosterRefused,
    RosterSigned,
)
from shared.schemas.workbook import FEWEST, VERSION
from shared.sealing import KeyRing, PrivateKey
from shared.sealing.masking import Masked, mask, to_text

log = structlog.get_logger()


class NotContributed(Exception):
    """``code`` is why this node contributes nothing to a roster.

    mask_lifted, roster_old, node_restored, counted_openly, roster_network, roster_small, roster_key, newer_workbook,
    roster_cells, counts_undeclared.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def hear_decisions(tx: Transaction, decisions: Sequence[MaskingDecided]) -> None:
    """From which quarter on counts leave masked."""
    for one in decisions:
        rows.keep_decision(tx, one.decision, one.masked_from)


def hear_rosters(tx: Transaction, signed: Sequence[RosterSigned], ring: KeyRing) -> None:
    """Contribute to each, or say why not; a repeat was answered when it was new."""
    for roster in signed:
        known = rows.rosters_of(tx, roster.period)
        if roster.number in {one.number for one in known}:
            continue
        try:
            seed, refused = _contribute(tx, roster, known, ring), None
        except NotContributed as reason:
            seed, refused = None, reason.code
            _refuse(tx, roster, reason.code)
        of_it = (roster.number, roster.period, len(roster.members), tx.at)
        rows.add_roster(tx, Roster(*of_it, refused=refused, seed=seed))


def hear_completed(tx: Transaction, completed: Sequence[RosterCompleted]) -> None:
    """Give our own mask for a roster to which all have contributed, unless a newer one took its place."""
    for one in completed:
        known = rows.rosters_of(tx, one.period)
        roster = next((roster for roster in known if roster.number == one.roster), None)
        if roster is None or roster.seed is None or _was_lifted(known, but=roster.number):
            continue
        rows.set_lifted(tx, roster.number)
        event = MaskLifted(period=one.period, roster=one.roster, seed=roster.seed.hex())
        _tell(tx, event, one.period)


def _was_lifted(known: Sequence[Roster], *, but: int | None = None) -> bool:
    """Whether our mask was lifted for another roster of the quarter."""
    return any(one.lifted_at for one in known if one.number != but)


def _contribute(tx: Transaction, roster: RosterSigned, known: Sequence[Roster], ring: KeyRing) -> bytes:
    """The seed of our own mask; raises NotContributed and has changed nothing then."""
    _check_quarter(tx, roster, known)
    own = _checked_key(tx, roster, ring)
    cells = count(tx, roster.period, roster.workbook)
    values = _placed(cells, roster.workbook)
    try:
        masked = mask(values, name=tx.outbox.sender, own=own, keys=roster.keys, bound=roster.bound)
    except ValueError:
        raise NotContributed("roster_key") from None
    rows.forget_seeds(tx, roster.period)
    _say(tx, roster, cells, masked)
    return masked.seed


def _check_quarter(tx: Transaction, roster: RosterSigned, known: Sequence[Roster]) -> None:
    """One roster after another, none once our mask was lifted, and none for what the hub has read already."""
    if _was_lifted(known):
        raise NotContributed("mask_lifted")
    if known and roster.number < known[0].number:
        raise NotContributed("roster_old")
    restored = restored_at(tx)
    if restored and bounds(roster.period)[1] <= restored:
        raise NotContributed("node_restored")  # our mask may have been lifted in the life that is lost
    if rows.counted_openly(tx, roster.period):
        raise NotContributed("counted_openly")
    if roster.workbook > VERSION:
        raise NotContributed("newer_workbook")
    if roster.cells != cells_digest(roster.workbook):
        raise NotContributed("roster_cells")


def _checked_key(tx: Transaction, roster: RosterSigned, ring: KeyRing) -> PrivateKey:
    """Our key of the roster, in which everybody stands once, with the key that our register names."""
    kept, keys, registered = kept_register(tx, metadata), roster.keys, rows.registered_keys(tx)
    if kept is None or kept[0].register.network != roster.network:
        raise NotContributed("roster_network")
    if len(keys) < FEWEST:
        raise NotContributed("roster_small")
    if len(keys) < len(roster.members) or any(registered.get(org) != key for org, key in keys.items()):
        raise NotContributed("roster_key")
    own = ring.named(keys.get(tx.outbox.sender, ""))
    if own is None:
        raise NotContributed("roster_key")
    return own


def _placed(cells: Sequence[Cell], workbook: int) -> list[int]:
    """A count for each declared cell, so that which ones occur is no more told than how many there are."""
    counted = {(cell.table, tuple(cell.codes)): cell.count for cell in cells}
    declared = declared_cells(workbook)
    if counted.keys() - set(declared) or any(not 0 <= n <= LARGEST_COUNT for n in counted.values()):
        raise NotContributed("counts_undeclared")
    return [counted.get(place, 0) for place in declared]


def _say(tx: Transaction, roster: RosterSigned, cells: Sequence[Cell], masked: Masked) -> None:
    period, number = roster.period, roster.number
    revision = bookkeeping.next_revision(tx, f"counts/{period}", f"roster/{number}")
    if revision is None:
        raise NotContributed("roster_old")
    left = Sent(period, revision, roster.workbook, [cell.dump() for cell in cells], tx.at, roster=number)
    told.add_sent(tx, left)
    audit.did(tx, None, Action.COUNTS_CONTRIBUTED)
    event = CountsMasked(
        period=period,
        roster=number,
        revision=revision,
        values=to_text(masked.values),
        commitment=masked.commitment,
    )
    to, subject = from_node(tx.outbox.sender), f"counts/{period}"
    tx.outbox.publish(tx, event, to=to, subject=subject, awaits=awaited(period, revision))


def _refuse(tx: Transaction, roster: RosterSigned, code: str) -> None:
    log.warning("roster.refused", number=roster.number, reason=code)
    _tell(tx, RosterRefused(period=roster.period, roster=roster.number, code=code), roster.period)


def _tell(tx: Transaction, event: MaskLifted | RosterRefused, period: str) -> None:
    """It is said once, so it is kept until the hub says that it has it."""
    to, subject = from_node(tx.outbox.sender), f"counts/{period}"
    tx.outbox.publish(tx, event, to=to, subject=subject, awaits=PACK_RECEIVED)
