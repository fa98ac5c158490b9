"""Erase a case: what is personal goes for good; dates, codes and counts stay, so that numbers stay true."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import structlog

from services.intake.domain import About, Action, Via
from services.intake.storage import erasing as rows
from services.intake.storage import holds as hold_rows
from services.intake.storage import imports as import_rows
from services.intake.storage.erasing import Erasable
from services.intake.usecases import audit
from services.intake.usecases.conference_ending import end_of_cases
from services.intake.usecases.refusals import Conflict, NotFound
from shared.database import Database, Transaction

EraseSome = Callable[[Transaction, timedelta], int]
log = structlog.get_logger()

AT_ONCE = 50  #: cases, or referrals, in one transaction


@dataclass(frozen=True)
class Erasure:
    """What goes with a case: whether the person's own data does, of how many referrals, and how much that was said.

    The person stays while another case of theirs is not erased.
    """

    person: bool
    referrals: int
    said: int


def what_would_go(database: Database, reference: str) -> Erasure:
    """What ``erase_case`` would erase; raises what it would raise."""
    with database.transaction() as tx:
        case = _erasable(tx, reference)
        return _scope(tx, [case.id])[0]


def erase_case(database: Database, reference: str) -> Erasure:
    """Erase the closed case of that reference.

    Raises NotFound, or Conflict: ``open``, ``legal_hold``, or ``erased``.
    """
    with database.transaction() as tx:
        case = _erasable(tx, reference)
        erasure = _erase(tx, [case.id], via=Via.COMMAND)
    rows.forget_log(database)
    return erasure


def _erasable(tx: Transaction, reference: str) -> Erasable:
    case = rows.lock_case(tx, reference.strip().upper())
    if case is None:
        raise NotFound("case_not_found")
    if case.erased_at is not None:
        raise Conflict("erased")
    if case.status != "closed":
        raise Conflict(case.status)
    if case.held:
        raise Conflict("legal_hold")
    return case


def _scope(tx: Transaction, case_ids: Sequence[UUID]) -> tuple[Erasure, list[UUID], list[UUID]]:
    person_ids, referral_ids = rows.people_of_only(tx, case_ids), rows.referrals_of(tx, case_ids)
    erasure = Erasure(bool(person_ids), len(referral_ids), rows.count_said(tx, referral_ids))
    return erasure, person_ids, referral_ids


def _erase(tx: Transaction, case_ids: Sequence[UUID], *, via: Via = Via.NODE) -> Erasure:
    erasure, person_ids, referral_ids = _scope(tx, case_ids)
    end_of_cases(tx, case_ids)
    rows.erase_cases(tx, case_ids, person_ids)
    rows.erase_referrals(tx, referral_ids)
    rows.forget_answers(tx, [*case_ids, *person_ids, *referral_ids])
    hold_rows.forget_reasons(tx, case_ids)
    import_rows.forget_documents(tx, case_ids)
    _note(tx, *(About(case_id=id_) for id_ in case_ids), via=via)
    _note(tx, *(About(id_) for id_ in person_ids), via=via)
    _note(tx, *(About(referral_id=id_) for id_ in referral_ids), via=via)
    return erasure


def _note(tx: Transaction, *erased: About, via: Via = Via.NODE) -> None:
    for about in erased:
        audit.did(tx, None, Action.CONTENT_ERASED, about, via=via)


def erase_what_is_due(database: Database, retention: timedelta) -> int:
    """Erase the cases that were closed that long ago, and what came with referrals that are over as long.

    So goes what other systems brought and somebody dismissed then. What a legal hold is on stays. Says how many that
    were.
    """
    erased = _while_some(database, retention, _erase_some_cases)
    erased += _while_some(database, retention, _erase_some_received)
    erased += _while_some(database, retention, _erase_dismissed)
    if erased:
        rows.forget_log(database)
        log.info("at_rest.erased", count=erased)
    return erased


def _while_some(database: Database, retention: timedelta, erase_some: EraseSome) -> int:
    erased = 0
    while True:
        with database.transaction() as tx:
            some = erase_some(tx, retention)
        if not some:
            return erased
        erased += some


def _erase_some_cases(tx: Transaction, retention: timedelta) -> int:
    due = rows.lock_due_cases(tx, tx.at - retention, limit=AT_ONCE)
    if due:
        _erase(tx, due)
    return len(due)


def _erase_some_received(tx: Transaction, retention: timedelta) -> int:
    due = rows.lock_due_received(tx, tx.at - retention, limit=AT_ONCE)
    if due:
        rows.erase_referrals(tx, due)
        rows.forget_answers(tx, due)
        hold_rows.forget_reasons(tx, due)
        _note(tx, *(About(referral_id=id_) for id_ in due))
    return len(due)


def _erase_dismissed(tx: Transaction, retention: timedelta) -> int:
    return import_rows.forget_dismissed(tx, tx.at - retention)
