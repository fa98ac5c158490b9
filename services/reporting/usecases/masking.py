"""Take masked counts in, and read the sum once all of the roster have contributed and each has lifted its own mask."""

from collections.abc import Sequence
from datetime import timedelta

import structlog

from services.reporting.domain.counts import Cell, CountsWrong, checked
from services.reporting.domain.periods import parse_period, refusal_of
from services.reporting.storage import decisions
from services.reporting.storage import masked as rows
from services.reporting.storage.masked import Roster, Said
from shared.database import Transaction
from shared.messaging.delivery import Batch
from shared.messaging.errors import Refused
from shared.messaging.message import Message
from shared.messaging.topology import TO_ALL, to_node
from shared.schemas.cells import cells_digest, countries, declared_cells
from shared.schemas.masking import CountsMasked, MaskingDecided, MaskLifted, RosterCompleted, RosterRefused
from shared.schemas.reporting import CountsAnswered
from shared.sealing.masking import commitment, from_text, packed, sum_of, unpacked

TAKEN, REPLACED, ROSTER_REPLACED = "taken", "replaced", "roster_replaced"
HEARD = (CountsMasked, MaskLifted, RosterRefused)

log = structlog.get_logger()


def awaited(what: str, number: int, org: str) -> str:
    """What a member is asked for again and again until it has said it: its ``counts``, or its ``mask``."""
    return f"{what}:{number}:{org}"


def hear_masked(tx: Transaction, batch: Batch, *, open_for: timedelta) -> None:
    """Keep what members say to rosters, and answer each contribution; a repeat is answered as before."""

    def take(message: Message) -> None:
        event, org = message.event, message.sender
        if isinstance(event, CountsMasked):
            _contributed(tx, org, event, open_for)
        elif isinstance(event, MaskLifted):
            _lifted(tx, org, event, open_for)
        elif isinstance(event, RosterRefused):
            _refused(tx, org, event)

    batch.each([m for m in (*batch.fresh, *batch.repeated) if isinstance(m.event, HEARD)], take)


def say_masking(tx: Transaction) -> None:
    """Tell all nodes from which quarter on counts leave masked."""
    masked_from = decisions.rules_in_force(tx).masked_from or None
    event = MaskingDecided(decision=decisions.rules_decided(tx), masked_from=masked_from)
    tx.outbox.publish_to_all(tx, event, to=(TO_ALL,), subject="masking")


def _roster(tx: Transaction, org: str, event: CountsMasked | MaskLifted | RosterRefused) -> Roster:
    """The roster that is spoken of, to one of its members; raises Refused."""
    roster = rows.find_roster(tx, event.roster)
    if roster is None or roster.period != event.period or org not in roster.members:
        raise Refused("roster_unknown")
    return roster


def _contributed(tx: Transaction, org: str, event: CountsMasked, open_for: timedelta) -> None:
    """Answer it, and keep it if it is taken and new; raises Refused for what cannot be right, or came too late."""
    roster = _roster(tx, org, event)
    held = rows.said_to(tx, event.roster).get(org)
    answer = _judged(tx, roster, held, event, open_for)
    if answer == TAKEN and not _is_held(held, event):
        masked = packed(from_text(event.values))
        rows.put_said(tx, Said(roster.number, org, event.revision, tx.at, None, event.commitment, masked))
        _complete(tx, roster)
    tx.outbox.receipted(tx, [awaited("counts", event.roster, org)])
    _answer(tx, org, event, answer, held.revision if held else 0)
    if answer not in {TAKEN, REPLACED, ROSTER_REPLACED}:
        raise Refused(answer)


def _is_held(held: Said | None, event: CountsMasked) -> bool:
    """Each seed is drawn once, so what is held under the same commitment is the same."""
    return held is not None and held.commitment == event.commitment


def _judged(
    tx: Transaction, roster: Roster, held: Said | None, event: CountsMasked, open_for: timedelta
) -> str:
    """The code that it is answered."""
    if _is_held(held, event):
        return TAKEN
    newest = rows.newest_roster(tx, roster.period)
    if newest is not None and newest.number != roster.number:
        return ROSTER_REPLACED
    if code := refusal_of(parse_period(event.period), at=tx.at, open_for=open_for):
        return code
    if roster.completed_at or (held is not None and event.revision <= held.revision):
        return REPLACED
    return TAKEN if _fits(event, roster) else "masked_length"


def _fits(event: CountsMasked, roster: Roster) -> bool:
    try:
        return len(from_text(event.values)) == len(declared_cells(roster.workbook))
    except ValueError:
        return False


def _answer(tx: Transaction, org: str, event: CountsMasked, answer: str, held: int) -> None:
    said = CountsAnswered(
        period=event.period,
        revision=event.revision,
        answer=answer,
        workbook_in_force=decisions.rules_in_force(tx).workbook,
        revision_held=event.revision if answer == TAKEN else held,
    )
    tx.outbox.publish(tx, said, to=to_node(org), subject=f"counts/{event.period}")


def _complete(tx: Transaction, roster: Roster) -> None:
    """Ask each for its own mask, once all have contributed."""
    said = rows.said_to(tx, roster.number)
    if any(org not in said or said[org].masked is None for org in roster.members):
        return
    rows.set_completed(tx, roster.number)
    for org in roster.members:
        event = RosterCompleted(period=roster.period, roster=roster.number)
        awaits = awaited("mask", roster.number, org)
        tx.outbox.publish(tx, event, to=to_node(org), subject=f"counts/{roster.period}", awaits=awaits)


def _lifted(tx: Transaction, org: str, event: MaskLifted, open_for: timedelta) -> None:
    roster = _roster(tx, org, event)
    held = rows.said_to(tx, event.roster).get(org)
    if roster.completed_at is None or held is None:
        raise Refused("roster_not_completed")
    if commitment(bytes.fromhex(event.seed)) != held.commitment:
        raise Refused("mask_wrong")
    tx.outbox.receipted(tx, [awaited("mask", event.roster, org)])
    if held.lifted_at:
        return
    if code := refusal_of(parse_period(roster.period), at=tx.at, open_for=open_for):
        raise Refused(code)
    rows.set_seed(tx, roster.number, org, bytes.fromhex(event.seed))
    _open(tx, roster)


def _open(tx: Transaction, roster: Roster) -> None:
    """Read the sum, once each has lifted its own mask; one that cannot be right is not used."""
    parts = [
        (unpacked(one.masked), one.seed)
        for one in rows.said_to(tx, roster.number).values()
        if one.masked is not None and one.seed is not None
    ]
    if len(parts) < len(roster.members):
        return
    try:
        rows.set_opened(tx, roster, _summed(roster, sum_of(parts, bound=roster.signed.bound)))
    except CountsWrong as wrong:  # whose fault it is nobody can know
        log.warning("roster.wrong", number=roster.number, reason=wrong.code)
        rows.set_opened(tx, roster, [], wrong=wrong.code)


def _summed(roster: Roster, sums: Sequence[int]) -> Sequence[Cell]:
    """The cells of the sum; raises CountsWrong."""
    if roster.cells != cells_digest(roster.workbook):
        raise CountsWrong("roster_cells")
    places = zip(declared_cells(roster.workbook), sums, strict=True)
    return checked([(table, codes, n) for (table, codes), n in places if n], countries=countries())


def _refused(tx: Transaction, org: str, event: RosterRefused) -> None:
    roster = _roster(tx, org, event)
    if org not in rows.said_to(tx, roster.number):
        rows.put_said(tx, Said(roster.number, org, 0, tx.at, refused=event.code))
    tx.outbox.receipted(tx, [awaited("counts", roster.number, org)])
