"""Move a referral on. It shows at once, and stands once the referral service has numbered it."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from services.intake.domain import (
    About,
    Action,
    Actor,
    Direction,
    HistoryLine,
    Referral,
    Standing,
    makes_sense,
    open_request,
)
from services.intake.storage import need_to_know
from services.intake.storage import referrals as referral_rows
from services.intake.storage import sending as sending_rows
from services.intake.usecases import audit, holding
from services.intake.usecases.checks import checked, code, moment, text
from services.intake.usecases.refusals import Conflict, Invalid, NotFound
from services.intake.usecases.sealed_parts import KeyUnusable, seal_note
from services.intake.usecases.withdrawing import ask_to_erase
from shared.clock import new_id
from shared.database import Database, Transaction
from shared.messaging.message import HUB
from shared.messaging.topology import from_node
from shared.schemas.intake import MoveMade
from shared.schemas.life import REASONS, SINCE_LETTERS, Move, NotAllowed, needs, step
from shared.sealing import Letter

QUIET = timedelta(minutes=1)  #: after which news that a machine should bring is asked for the first time
CALM = 5  #: doublings of that for a referral where people have the next word
SEALED = ("note", "outcome", "scheduled_for")  #: said to the other organisation only


@dataclass(frozen=True)
class MoveOrder:
    """What somebody wants to do to a referral.

    ``reason`` is a code of ``life.REASONS``. ``note`` and ``outcome``, up to 2000 characters, and
    ``scheduled_for``, a moment with its zone, are for the other organisation only.
    """

    move: Move | str
    reason: str | None = None
    note: str | None = None
    outcome: str | None = None
    scheduled_for: datetime | None = None


def make_move(
    database: Database, referral_id: UUID, order: MoveOrder, by: Actor, undo: timedelta = holding.AT_ONCE
) -> Referral:
    """Move the referral on and tell the network, in one commit; an answer waits for ``undo`` before it leaves.

    What stops a referral that has not left takes it back instead. Raises NotFound, Invalid (also for what must be
    said with the move and is not), or Conflict with the state and the moves that are allowed from it.
    """
    if order.move == Move.FORWARD:
        raise Invalid({"move": "forward_needs_consent"})
    with database.transaction() as tx:
        return move_on(tx, referral_id, order, by, undo)


def move_on(
    tx: Transaction, referral_id: UUID, order: MoveOrder, by: Actor, undo: timedelta = holding.AT_ONCE
) -> Referral:
    """The same within a transaction; to forward is a part of sending on, which needs consent."""
    moved = move_by_node(tx, referral_id, order, by, undo)
    if moved.direction is Direction.IN and not by.sees_every_case:
        need_to_know.take_referral(tx, referral_id, by.username)
    return moved


def move_by_node(
    tx: Transaction, referral_id: UUID, order: MoveOrder, by: Actor, undo: timedelta = holding.AT_ONCE
) -> Referral:
    """The same without anybody beginning to work on it; whose consent is withdrawn is erased by all who hold it."""
    found = referral_rows.lock_referral(tx, referral_id, seen_by=by)
    if found is None:
        raise NotFound("referral_not_found")
    referral, public_key = found
    line = _line(tx, referral, order, by)
    if line.move in SINCE_LETTERS:
        _require_sense(tx, referral, line.move, by)
    if line.move in holding.TAKING_BACK and referral.number == 0 and holding.take_back(tx, referral, by):
        return replace(referral, refused=True, unconfirmed=False)
    return _move_on(tx, referral, line, _sealed(line, public_key), by, undo)


def _move_on(  # noqa: PLR0913, PLR0917 - a move has that many facts
    tx: Transaction, referral: Referral, line: HistoryLine, sealed: bytes, by: Actor, undo: timedelta
) -> Referral:
    referral_id, standing = referral.id, _standing(tx, referral)
    until = holding.move_waits_until(referral, line.move, tx.at, undo)
    holding.let_go(tx, referral, standing)
    letter = _tell(tx, referral, line, standing, sealed=sealed, until=until)
    proven = replace(line, letter=letter.hash)
    sending_rows.add_line(tx, referral_id, proven, letter, position=standing.next_position, by=by)
    audit.did(tx, by, Action.REFERRAL_MOVED, About(referral.person_id, referral.case_id, referral_id))
    moved = standing.asked(line.move_id, line.state)
    quiet_until = (until or tx.at) + QUIET
    referral_rows.set_shown(tx, referral_id, moved, quiet_until=quiet_until, held_until=until)
    if line.move is Move.WITHDRAW_CONSENT:
        ask_to_erase(tx, referral, by.org)
    return replace(referral, shown_state=moved.shown_state, unconfirmed=True, unseen=False, held_until=until)


def _line(tx: Transaction, referral: Referral, order: MoveOrder, by: Actor) -> HistoryLine:
    move = _move(order.move)
    state = _step(referral, move)
    said = _said(order, move)
    return HistoryLine(None, new_id(), move, state, by_org=by.org, made_at=tx.at, **said)


def _move(move: Move | str) -> Move:
    try:
        return Move(move)
    except ValueError:
        raise Invalid({"move": "unknown_code"}) from None


def _step(referral: Referral, move: Move) -> Any:
    if referral.refused:
        raise Conflict("refused")
    try:
        return step(referral.shown_state, move, referral.direction.party)
    except NotAllowed as error:
        raise Conflict(error.state, error.allowed) from None


def _require_sense(tx: Transaction, referral: Referral, move: Move, by: Actor) -> None:
    """One request at a time, and no answer where nothing was asked."""
    request = open_request(referral_rows.history_of(tx, referral.id, seen_by=by))
    if not makes_sense(move, request):
        raise Conflict(referral.shown_state, referral.may(request))


def _said(order: MoveOrder, move: Move) -> dict[str, Any]:
    rules = {"reason": code(REASONS), "note": text(), "outcome": text(), "scheduled_for": moment}
    return checked({name: getattr(order, name) for name in rules}, rules, needed=needs(move))


def _sealed(line: HistoryLine, public_key: str | None) -> bytes:
    said = {name: value for name in SEALED if (value := getattr(line, name)) is not None}
    if not said:
        return b""
    try:
        return seal_note(said, line.move_id, to=public_key)
    except KeyUnusable:
        raise Invalid(dict.fromkeys(said, "organisation_without_key")) from None


def _standing(tx: Transaction, referral: Referral) -> Standing:
    waiting = referral_rows.pending_of(tx, [referral.id]).get(referral.id, ())
    return Standing(referral.direction, referral.number, referral.state, waiting)


def _tell(  # noqa: PLR0913 - a move has that many facts
    tx: Transaction,
    referral: Referral,
    line: HistoryLine,
    standing: Standing,
    *,
    sealed: bytes,
    until: datetime | None,
) -> Letter:
    made = MoveMade(
        referral_id=referral.id,
        move_id=line.move_id,
        move=line.move,
        based_on=standing.based_on,
        after=standing.last_pending,
        made_at=line.made_at,
        reason=line.reason,
        previous=referral.link,
    )
    return tx.outbox.publish_letter(
        tx,
        made,
        to=from_node(line.by_org),
        subject=referral.id,
        readers=(HUB, referral.other_org),
        awaits=f"move:{line.move_id}",
        private=sealed,
        not_before=until,
    )
