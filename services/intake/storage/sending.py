"""The queries of sending a referral: few, because it is done often."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, bindparam, insert, select, update

from services.intake.domain import Actor, Case, Consent, HistoryLine, Need, Partner, Person, Referral
from services.intake.storage.rows import case_of, consent_of, need_of, part, person_of
from services.intake.storage.tables import cases, consents, moves, needs, partners, people, referrals
from shared.database import Transaction


@dataclass(frozen=True)
class BeforeSending:
    """What a referral is made of and checked against; what there is not is None."""

    person: Person
    case: Case
    consent: Consent | None
    need: Need | None
    partner: Partner | None


# Put together once: making these statements anew costs more than the database takes for them.
_HOLD = (
    select(people.c.id)
    .join(cases)
    .where(cases.c.id == bindparam("case_id"))
    .with_for_update(read=True, of=people)
)
_BEFORE = (
    select(people, cases, consents, needs, partners)
    .select_from(cases)
    .join(people)
    .outerjoin(consents, consents.c.person_id == people.c.id)
    .outerjoin(needs, and_(needs.c.id == bindparam("need_id"), needs.c.case_id == cases.c.id))
    .outerjoin(partners, partners.c.org == bindparam("to_org"))
    .where(cases.c.id == bindparam("case_id"), cases.c.org == bindparam("seen_by_org"))
    .order_by(consents.c.version.desc())
    .limit(1)
)
_ADD_REFERRALS, _ADD_MOVE = insert(referrals), insert(moves)
_PLAN = update(needs).where(needs.c.id == bindparam("need_id")).values(state="planned")


def before_sending(
    tx: Transaction, *, case_id: UUID, need_id: UUID | None, to_org: str, seen_by: Actor
) -> BeforeSending | None:
    """All of it at once, with the newest consent; None when there is no such case for whoever asks.

    Nobody changes the consent or closes the case until the transaction ends. That is a statement of its own:
    what is read after it is what was committed before it.
    """
    if not seen_by.sees_cases:
        return None
    tx.execute(_HOLD, {"case_id": case_id})
    asked = {"case_id": case_id, "need_id": need_id, "to_org": to_org, "seen_by_org": seen_by.org}
    row = tx.execute(_BEFORE, asked).mappings().one_or_none()
    return _found(row) if row else None


def _found(row: Any) -> BeforeSending:
    return BeforeSending(
        person=person_of(part(row, people)),
        case=case_of(part(row, cases)),
        consent=consent_of(part(row, consents)) if row[consents.c.id] else None,
        need=need_of(part(row, needs)) if row[needs.c.id] else None,
        partner=Partner(**part(row, partners)) if row[partners.c.org] else None,
    )


@dataclass(frozen=True)
class Sent:
    """A new referral of ours, exactly what left with it, and its first line of history."""

    referral: Referral
    content: dict[str, Any]
    line: HistoryLine
    by: Actor


def add_sent(tx: Transaction, sent: Sequence[Sent], *, quiet_until: datetime) -> None:
    """Keep new referrals of ours in three statements; a referral is the plan for its need."""
    if not sent:
        return
    tx.execute(_ADD_REFERRALS, [row_of(s.referral, s.by.org, s.content, quiet_until) for s in sent])
    tx.execute(_ADD_MOVE, [_line_row(s.referral.id, s.line, 1, s.by) for s in sent])
    planned = [{"need_id": s.referral.need_id} for s in sent if s.referral.need_id is not None]
    if planned:
        tx.execute(_PLAN, planned)


def add_line(tx: Transaction, referral_id: UUID, line: HistoryLine, *, position: int, by: Actor) -> None:
    """A move of ours that waits for its number."""
    tx.execute(_ADD_MOVE, _line_row(referral_id, line, position, by))


def _line_row(referral_id: UUID, line: HistoryLine, position: int, by: Actor) -> dict[str, Any]:
    known = {name: value for name, value in vars(line).items() if name not in ("refused", "allowed")}
    return known | {"referral_id": referral_id, "position": position, "made_by": by.username}


def row_of(
    referral: Referral, org: str, content: dict[str, Any] | None, quiet_until: datetime
) -> dict[str, Any]:
    """The row of a new referral."""
    return vars(referral) | {"org": org, "content": content, "asked": 0, "quiet_until": quiet_until}
