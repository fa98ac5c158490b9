"""The queries of sending a referral: few, because it is done often."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, select

from services.intake.domain import Actor, Consent, HistoryLine, Need, Partner, Person, Referral
from services.intake.storage import cells
from services.intake.storage.deputies import standing_in
from services.intake.storage.rows import PERSON, consent_of, need_of, person_of
from services.intake.storage.staff_tables import file_workers
from services.intake.storage.tables import cases, consents, letters, moves, needs, partners, people, referrals
from shared.database import Transaction
from shared.messaging.letters import add_letters
from shared.rows import add, among, change
from shared.sealing import Letter
from shared.values import value


@value(frozen=True)
class BeforeSending:
    """What a referral is made of and checked against; ``status`` is the case's, and what there is not is None."""

    person: Person
    case_id: UUID
    reference: str
    status: str
    consent: Consent | None
    need: Need | None
    partner: Partner | None


CASE = (cases.c.id.label("case_id"), cases.c.reference, cases.c.status, cases.c.org)
AGREED = [consents.c[name].label(f"consent_{name}") for name in Consent.__dataclass_fields__]
_NEWER = consents.alias()
_NEWEST = select(func.max(_NEWER.c.version)).where(_NEWER.c.person_id == people.c.id).scalar_subquery()


@dataclass(frozen=True)
class _Queries:
    """Put together once: making these statements anew costs more than the database takes for them."""

    hold: Any
    cases: Any
    needs: Any
    partners: Any


@cache
def _queries(*, sqlite: bool) -> _Queries:
    is_wanted = among(cases.c.id, "case_ids", sqlite=sqlite)
    newest = and_(consents.c.person_id == people.c.id, consents.c.version == _NEWEST)
    people_of = select(people.c.id).join(cases).where(is_wanted).order_by(people.c.id)
    working = file_workers.c.person_id == people.c.id
    all_of = select(*PERSON, *AGREED, *CASE, file_workers.c.username, file_workers.c.until)
    all_of = (
        all_of.select_from(cases).join(people).outerjoin(consents, newest).outerjoin(file_workers, working)
    )
    return _Queries(
        hold=people_of.with_for_update(read=True, of=people),
        cases=all_of.where(is_wanted),
        needs=select(needs).where(among(needs.c.id, "need_ids", sqlite=sqlite)),
        partners=select(partners).where(among(partners.c.org, "orgs", sqlite=sqlite)),
    )


@value(frozen=True)
class Asked:
    """What a referral is to be made of, and who wants to see it."""

    case_id: UUID
    need_id: UUID | None
    to_org: str
    seen_by: Actor


def before_sending(tx: Transaction, asked: Sequence[Asked]) -> list[BeforeSending | None]:
    """All of it for each, with the newest consent; None where there is no such case for whoever asks.

    Nobody changes these consents or closes these cases until the transaction ends. That is a statement of its own:
    what is read after it is what was committed before it.
    """
    queries, case_ids = _queries(sqlite=tx.is_sqlite), sorted({one.case_id for one in asked})
    tx.execute(queries.hold, {"case_ids": case_ids})
    rows = tx.execute(queries.cases, {"case_ids": case_ids}).all()
    deputies = standing_in(tx, {one.seen_by.username for one in asked})
    found, workers = {row.case_id: row for row in rows}, _working(rows, tx.at, deputies)
    wanted = {row["id"]: row for row in _wanted_needs(tx, asked)}
    known = tx.execute(queries.partners, {"orgs": sorted({one.to_org for one in asked})}).mappings()
    receivers = {row["org"]: Partner(**row) for row in known}
    return [
        _found(tx, found[one.case_id], wanted.get(one.need_id), receivers.get(one.to_org))
        if one.case_id in found and _may_see(found[one.case_id], one.seen_by, workers)
        else None
        for one in asked
    ]


def _wanted_needs(tx: Transaction, asked: Sequence[Asked]) -> Sequence[Any]:
    need_ids = sorted({one.need_id for one in asked if one.need_id is not None})
    query = _queries(sqlite=tx.is_sqlite).needs
    return tx.execute(query, {"need_ids": need_ids}).mappings().all() if need_ids else ()


def _working(
    rows: Sequence[Any], at: datetime, deputies: Collection[tuple[str, str]]
) -> set[tuple[UUID, str]]:
    """Who may see which person's file at that moment, or stands in for who may: see ``need_to_know``."""
    may = {(row.id, row.username) for row in rows if row.until is None or row.until > at}
    return may | {(person, deputy) for person, name in may for deputy, away in deputies if name == away}


def _may_see(row: Any, actor: Actor, workers: Collection[tuple[UUID, str]]) -> bool:
    ours = actor.sees_cases and row.org == actor.org
    return ours and (actor.sees_every_case or (row.id, actor.username) in workers)


def _found(tx: Transaction, row: Any, need: Any, partner: Partner | None) -> BeforeSending:
    return BeforeSending(
        person=person_of(tx.at_rest, dict(zip(PERSON, row, strict=False))),
        case_id=row.case_id,
        reference=row.reference,
        status=row.status,
        consent=_consent(row) if row.consent_id else None,
        need=need_of(need) if need and need["case_id"] == row.case_id else None,
        partner=partner,
    )


def _consent(row: Any) -> Consent:
    return consent_of(dict(zip(Consent.__dataclass_fields__, row[len(PERSON) :], strict=False)))


@value(frozen=True)
class Sent:
    """A new referral of ours, exactly what left with it, and its first line of history."""

    referral: Referral
    content: dict[str, Any]
    line: HistoryLine
    by: Actor
    letter: Letter


def add_sent(tx: Transaction, sent: Sequence[Sent]) -> None:
    """Keep new referrals of ours in four statements; a referral is the plan for its need.

    Nothing is asked about them yet: until they have their first number the outbox sends them again.
    """
    add(tx, referrals, [row_of(tx, s.referral, s.by.org, s.content, None) for s in sent])
    add(tx, moves, [_line_row(s.referral.id, s.line, 1, s.by) for s in sent])
    add_letters(tx, letters, [(s.referral.id, s.line.move_id, s.letter.without_private()) for s in sent])
    planned = {s.referral.need_id for s in sent if s.referral.need_id is not None}
    change(tx, needs, [{"id": need_id, "state": "planned"} for need_id in planned])


def add_line(  # noqa: PLR0913 - a line has that many facts
    tx: Transaction, referral_id: UUID, line: HistoryLine, letter: Letter, *, position: int, by: Actor
) -> None:
    """A move of ours that waits for its number, and the letter that proves it."""
    row, data_key = _line_row(referral_id, line, position, by), None
    if any(getattr(line, name) for name in cells.SAID):
        data_key = tx.execute(select(referrals.c.data_key).where(referrals.c.id == referral_id)).scalar_one()
    add(tx, moves, [row | {"sealed": cells.of_said(tx.at_rest, data_key, referral_id, vars(line))}])
    add_letters(tx, letters, [(referral_id, line.move_id, letter.without_private())])


def _line_row(referral_id: UUID, line: HistoryLine, position: int, by: Actor) -> dict[str, Any]:
    elsewhere = ("refused", "allowed", *cells.SAID)
    known = {name: value for name, value in vars(line).items() if name not in elsewhere}
    return known | {"referral_id": referral_id, "position": position, "made_by": by.username}


def row_of(
    tx: Transaction,
    referral: Referral,
    org: str,
    content: dict[str, Any] | None,
    quiet_until: datetime | None,
) -> dict[str, Any]:
    """The row of a new referral."""
    elsewhere = ("reference", "missing")
    known = {name: value for name, value in vars(referral).items() if name not in elsewhere}
    sealed = cells.of_content(tx.at_rest, referral.id, referral.direction, content)
    said_at = referral.sent_at
    return known | sealed | {"org": org, "asked": 0, "quiet_until": quiet_until, "said_at": said_at}
