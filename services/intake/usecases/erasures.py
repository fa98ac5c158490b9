"""Consent for a referral to us was withdrawn: stop, erase what must go, tell those to whom we forwarded it, say so."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from services.intake.domain import About, Action, Actor, Direction, Role, Via, Withdrawal
from services.intake.storage import erasing, holds
from services.intake.storage import erasures as rows
from services.intake.storage import referrals as referral_rows
from services.intake.usecases import audit
from services.intake.usecases.checks import checked, code
from services.intake.usecases.moves import MoveOrder, move_by_node
from services.intake.usecases.proofs import enclosed, event_in
from services.intake.usecases.refusals import Conflict, Invalid, NotFound
from services.intake.usecases.withdrawing import ask_to_erase
from shared.database import Database, Transaction
from shared.messaging.errors import Refused, Unready
from shared.messaging.message import HUB, Message
from shared.messaging.topology import from_node
from shared.schemas import erasure
from shared.schemas.intake import ErasureAsked, ErasureReceipted, Holding
from shared.schemas.life import Move
from shared.schemas.referral import ErasurePassed

AT_ONCE = 50  #: referrals in one transaction
OWN = {
    "outcome": code((erasure.ERASED, erasure.KEPT, erasure.NOTHING)),
    "reason": code(erasure.REASONS_OF_PEOPLE),
}  #: what a person says of our own records


def take_passed(tx: Transaction, passed: Sequence[tuple[Message, ErasurePassed]], org: str) -> None:
    """Do what is asked, and answer each, a repeated one like the first.

    Raises Unready for a referral that is not here, and Refused for one that is not asked by its sender. Of a referral
    that was forwarded to us it is enough that the hub says so: it may be asked by somebody before its sender.
    """
    for message, event in passed:
        _require_proof(tx, message, event)
    stop_and_erase(tx, {event.referral_id: event.asked_at for _, event in passed}, org)


def _require_proof(tx: Transaction, message: Message, event: ErasurePassed) -> None:
    found = referral_rows.facts_of(tx, event.referral_id)
    if found is None:
        raise Unready("referral_not_here")
    if found.direction != Direction.IN:
        raise Refused("not_the_receiver")
    if event.letter is None and found.parent_id is not None:
        return
    letter = enclosed(message, event.letter)
    asked: ErasureAsked = event_in(letter, ErasureAsked)
    if (letter.said.sender, asked.referral_id) != (found.other_org, event.referral_id):
        raise Refused("letter_differs")


def stop_and_erase(tx: Transaction, asked: Mapping[UUID, datetime], org: str) -> None:
    """Erase what came with these referrals to us, but for what a legal hold is on, and say what became of it.

    What we had forwarded of them is withdrawn in its turn. What was done before is only said again.
    """
    if not asked:
        return
    held = rows.held_among(tx, sorted(asked))
    known = rows.withdrawals_of(tx, sorted(asked))
    fresh = sorted(asked.keys() - known.keys())
    looked_at = rows.looked_at(tx, fresh)
    new = [_first_word(tx, id_, asked[id_], held=id_ in held, seen=id_ in looked_at) for id_ in fresh]
    rows.add_withdrawals(tx, new)
    free = [id_ for id_ in fresh if id_ not in held]
    children = rows.forwarded_from(tx, fresh) if fresh else []
    _erase(tx, [*free, *(child.id for child in children if child.parent_id in free)])
    for child in children:
        if not child.refused:
            _withdraw(tx, child.id, org)
    for withdrawal in (*new, *known.values()):
        _say(tx, withdrawal, org)


def _first_word(tx: Transaction, id_: UUID, asked_at: datetime, *, held: bool, seen: bool) -> Withdrawal:
    """By machine: nobody who never saw it can have written anything down."""
    return Withdrawal(
        referral_id=id_,
        asked_at=asked_at,
        revision=1,
        receipted_at=tx.at,
        received=erasure.KEPT if held else erasure.ERASED,
        received_because=erasure.LEGAL_HOLD if held else None,
        own=erasure.UNDECIDED if seen else erasure.NOTHING,
    )


def _erase(tx: Transaction, ids: Collection[UUID]) -> None:
    if not ids:
        return
    erasing.erase_referrals(tx, ids)
    erasing.forget_answers(tx, ids)
    holds.forget_reasons(tx, ids)
    for referral_id in ids:
        audit.did(tx, None, Action.CONTENT_ERASED, About(referral_id=referral_id))


def _withdraw(tx: Transaction, child_id: UUID, org: str) -> None:
    """As if somebody here had done it: its receiver knows us as its sender."""
    by = Actor("", Role.FOCAL_POINT, org, Via.NODE)
    child, _ = referral_rows.require_locked(tx, child_id, seen_by=by)
    if child.is_open:
        move_by_node(tx, child_id, MoveOrder(Move.WITHDRAW_CONSENT), by)
    else:
        ask_to_erase(tx, child, org)


def _say(tx: Transaction, withdrawal: Withdrawal, org: str) -> None:
    facts = referral_rows.facts_of(tx, withdrawal.referral_id)
    if facts is None:
        return
    received = Holding(part=erasure.RECEIVED, outcome=withdrawal.received, reason=withdrawal.received_because)
    own = Holding(part=erasure.OWN, outcome=withdrawal.own, reason=withdrawal.own_because)
    receipt = ErasureReceipted(
        referral_id=withdrawal.referral_id,
        revision=withdrawal.revision,
        receipted_at=withdrawal.receipted_at,
        holdings=[received, own],
    )
    tx.outbox.publish_letter(
        tx,
        receipt,
        to=from_node(org),
        subject=withdrawal.referral_id,
        readers=(HUB, facts.other_org),
    )


def decide_own_records(
    database: Database, referral_id: UUID, outcome: str, reason: str | None, by: Actor
) -> Withdrawal:
    """A person says what becomes of what was written down here: nothing was, it is erased, or it is kept and why.

    Raises NotFound, Invalid, or Conflict (``decided``) when it was said before.
    """
    said = checked({"outcome": outcome, "reason": reason}, OWN, needed={"outcome"})
    if (said["outcome"] == erasure.KEPT) != ("reason" in said):
        raise Invalid({"reason": "needed" if said["outcome"] == erasure.KEPT else "unknown_code"})
    with database.transaction() as tx:
        found = referral_rows.lock_referral(tx, referral_id, seen_by=by)
        known = rows.withdrawals_of(tx, [referral_id]).get(referral_id)
        if found is None or known is None:
            raise NotFound("referral_not_found")
        if not known.waits_for_people:
            raise Conflict("decided")
        changed = replace(
            known,
            revision=known.revision + 1,
            receipted_at=tx.at,
            own=said["outcome"],
            own_because=said.get("reason"),
            decided_by=by.username,
            decided_at=tx.at,
        )
        rows.set_withdrawal(tx, changed)
        audit.did(tx, by, Action.RECORDS_DECIDED, About(referral_id=referral_id))
        _say(tx, changed, by.org)
        return changed


def erase_what_is_freed(database: Database, org: str) -> int:
    """Erase what was kept after a withdrawal because of a legal hold that has ended, and say so; says how many."""
    erased = 0
    while True:
        with database.transaction() as tx:
            freed = rows.lock_freed(tx, limit=AT_ONCE)
            for withdrawal in freed:
                _free(tx, withdrawal, org)
        if not freed:
            return erased
        erased += len(freed)


def _free(tx: Transaction, withdrawal: Withdrawal, org: str) -> None:
    children = rows.forwarded_from(tx, [withdrawal.referral_id])
    _erase(tx, [withdrawal.referral_id, *(child.id for child in children)])
    changed = replace(
        withdrawal,
        revision=withdrawal.revision + 1,
        receipted_at=tx.at,
        received=erasure.ERASED,
        received_because=None,
    )
    rows.set_withdrawal(tx, changed)
    _say(tx, changed, org)
