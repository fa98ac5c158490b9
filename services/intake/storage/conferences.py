"""Queries on case conferences: what was said, to whom it goes, and who of us sees it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, exists, false, func, insert, or_, select, true, update

from services.intake.domain import Actor
from services.intake.domain.conference import WAITS, Act, Conference
from services.intake.storage import conference_cells as cells
from services.intake.storage import holds
from services.intake.storage.conference_tables import (
    conference_acts,
    conference_deliveries,
    conference_members,
    conference_workers,
    conferences,
)
from services.intake.storage.deputies import is_or_stands_in
from services.intake.storage.need_to_know import visible
from services.intake.storage.tables import cases
from shared.database import Transaction
from shared.rows import add, add_new

KNOWN = tuple(Conference.__dataclass_fields__.keys() - {"invited", "joined", "departed"})
SHOWN = 50  #: the newest ones, on one page


def add_conference(tx: Transaction, conference: Conference) -> bool:
    """Keep one, with a data key of its own; says whether it is new."""
    known = {name: getattr(conference, name) for name in KNOWN}
    data_key = None if conference.erased_at else cells.new_key(tx.at_rest, conference.id)
    if not add_new(tx, conferences, [known | {"data_key": data_key}]):
        return False
    invited = [{"conference_id": conference.id, "org": org} for org in conference.invited]
    add(tx, conference_members, invited)
    return True


def add_joined(tx: Transaction, conference_id: UUID, joined: Sequence[str]) -> None:
    """These were invited later, in this order, as far as they are not known yet."""
    rows = [
        {"conference_id": conference_id, "org": org, "number": number}
        for number, org in enumerate(joined, start=1)
    ]
    add_new(tx, conference_members, rows)


def add_act(tx: Transaction, conference_id: UUID, act: Act) -> bool:
    """Keep what was done; says whether it is new. Of what is said where all is erased nothing is kept."""
    query = select(conferences.c.data_key).where(conferences.c.id == conference_id)
    data_key = tx.execute(query).scalar_one()
    sealed = data_key and cells.of_act(tx.at_rest, data_key, (conference_id, act.id), act.content)
    known = {name: getattr(act, name) for name in ("id", "kind", "org", "at", "by")}
    if not add_new(tx, conference_acts, [known | {"conference_id": conference_id, "sealed": sealed}]):
        return False
    add(tx, conference_deliveries, [{"act_id": act.id, "to_org": org} for org in act.delivered])
    return True


def has_act(tx: Transaction, act_id: UUID) -> bool:
    """Whether that act is here."""
    query = select(conference_acts.c.id).where(conference_acts.c.id == act_id)
    return tx.execute(query).first() is not None


def _seen(seen_by: Actor, at: datetime) -> ColumnElement[bool]:
    """Ours by whoever sees the case; others' by focal points, and by those whom these have named."""
    if not seen_by.sees_cases:
        return false()
    c, w = conferences.c, conference_workers.c
    of_case = exists().where(cases.c.id == c.case_id, visible(cases, seen_by, at))
    named = exists().where(w.conference_id == c.id, is_or_stands_in(w.username, seen_by.username, at))
    invited = and_(c.case_id.is_(None), true() if seen_by.sees_every_case else named)
    return and_(c.org == seen_by.org, or_(of_case, invited))


def find_conference(
    tx: Transaction, conference_id: UUID, *, seen_by: Actor, lock: bool = False
) -> Conference | None:
    """The conference; locked, nothing of it changes until the transaction ends."""
    query = select(conferences).where(conferences.c.id == conference_id, _seen(seen_by, tx.at))
    return next(iter(_read(tx, query.with_for_update() if lock else query)), None)


def lock_conference(tx: Transaction, conference_id: UUID) -> Conference | None:
    """The conference, for the node itself."""
    query = select(conferences).where(conferences.c.id == conference_id)
    return next(iter(_read(tx, query.with_for_update())), None)


def list_conferences(tx: Transaction, *, seen_by: Actor, case_id: UUID | None = None) -> list[Conference]:
    """Those of a case, or all, newest first."""
    mine = _seen(seen_by, tx.at)
    where = and_(mine, conferences.c.case_id == case_id) if case_id else mine
    return _read(tx, select(conferences).where(where).order_by(conferences.c.id.desc()).limit(SHOWN))


def count_unseen(tx: Transaction, *, seen_by: Actor) -> int:
    """In how many there is something that nobody of us has opened."""
    query = select(func.count()).select_from(conferences)
    return tx.execute(query.where(conferences.c.unseen, _seen(seen_by, tx.at))).scalar_one()


def _read(tx: Transaction, query: Any) -> list[Conference]:
    rows = tx.execute(query).mappings().all()
    members: dict[UUID, list[Any]] = {}
    c = conference_members.c
    of_these = select(conference_members).where(c.conference_id.in_([row["id"] for row in rows]))
    for member in tx.execute(of_these):
        members.setdefault(member.conference_id, []).append(member)
    return [_conference(row, members.get(row["id"], [])) for row in rows]


def _conference(row: Any, members: list[Any]) -> Conference:
    in_order = sorted(members, key=lambda member: (member.number, member.org))
    return Conference(
        **{name: row[name] for name in KNOWN},
        invited=tuple(member.org for member in in_order),
        joined=tuple(member.org for member in in_order if member.number),
        departed=tuple(member.org for member in in_order if member.departed_at),
    )


def acts_of(tx: Transaction, conference_id: UUID) -> list[Act]:
    """All that was done in it, oldest first. Whoever asks has found the conference."""
    query = select(conference_acts, conferences.c.data_key).join(conferences)
    rows = tx.execute(
        query.where(conferences.c.id == conference_id).order_by(conference_acts.c.at, conference_acts.c.id)
    )
    found = rows.mappings().all()
    delivered = _deliveries(tx, [row["id"] for row in found])
    return [_act(tx, row, delivered.get(row["id"], {})) for row in found]


def _deliveries(tx: Transaction, act_ids: Collection[UUID]) -> dict[UUID, dict[str, str]]:
    found: dict[UUID, dict[str, str]] = {}
    c = conference_deliveries.c
    query = select(conference_deliveries).where(c.act_id.in_(act_ids)).order_by(c.to_org)
    for row in tx.execute(query):
        found.setdefault(row.act_id, {})[row.to_org] = row.outcome or WAITS
    return found


def _act(tx: Transaction, row: Any, delivered: Mapping[str, str]) -> Act:
    ids = (row["conference_id"], row["id"])
    content = cells.act_in(tx.at_rest, row["data_key"], ids, row["sealed"])
    known = {name: row[name] for name in ("id", "kind", "org", "at", "by")}
    return Act(**known, content=content, delivered=delivered)


def note_delivery(tx: Transaction, act_id: UUID, org: str, outcome: str) -> bool:
    """What became of our act there, as it was said first; says whether it is news."""
    c = conference_deliveries.c
    mine = (c.act_id == act_id) & (c.to_org == org) & c.outcome.is_(None)
    return bool(tx.execute(update(conference_deliveries).where(mine).values(outcome=outcome)).rowcount)


def undelivered(tx: Transaction, conference_id: UUID) -> list[tuple[UUID, str]]:
    """Of our acts in it those that are not receipted, each with the organisation that it is for."""
    c = conference_deliveries.c
    query = select(c.act_id, c.to_org).join(conference_acts)
    waits = query.where(conference_acts.c.conference_id == conference_id, c.outcome.is_(None))
    return [(row.act_id, row.to_org) for row in tx.execute(waits)]


def set_conference(tx: Transaction, conference_id: UUID, **facts: Any) -> None:
    """Change what its own row says."""
    tx.execute(update(conferences).where(conferences.c.id == conference_id).values(**facts))


def set_departed(tx: Transaction, conference_id: UUID, org: str) -> None:
    """That organisation takes part no more."""
    c = conference_members.c
    mine = (c.conference_id == conference_id) & (c.org == org) & c.departed_at.is_(None)
    tx.execute(update(conference_members).where(mine).values(departed_at=tx.at))


def erase(tx: Transaction, conference_ids: Collection[UUID]) -> None:
    """What was said in these is gone; that there was a conference, when and with whom, stays."""
    gone = {"data_key": None, "erased_at": tx.at, "unseen": False}
    tx.execute(update(conferences).where(conferences.c.id.in_(conference_ids)).values(**gone))
    said = conference_acts.c.conference_id.in_(conference_ids)
    tx.execute(update(conference_acts).where(said).values(sealed=None))


def lock_of_cases(tx: Transaction, case_ids: Iterable[UUID]) -> list[Conference]:
    """Those of these cases that are not ended, locked in their order."""
    c = conferences.c
    query = select(conferences).where(c.case_id.in_(list(case_ids)), c.ended_at.is_(None)).order_by(c.id)
    return _read(tx, query.with_for_update())


def is_held(tx: Transaction, conference_id: UUID) -> bool:
    """Whether a legal hold is on the case that it is about."""
    held = select(conferences.c.id).where(conferences.c.id == conference_id, _held(tx))
    return tx.execute(held).first() is not None


def _held(tx: Transaction) -> ColumnElement[bool]:
    return holds.is_held(tx, conferences.c.case_id)


def lock_due(tx: Transaction, *, limit: int) -> list[Conference]:
    """Those that are over or ended and not erased, but for what is held; one of several processes gets each."""
    c = conferences.c
    is_due = or_(c.ends_at <= tx.at, c.ended_at.is_not(None))
    free = or_(c.case_id.is_(None), ~_held(tx))
    query = select(conferences).where(is_due, c.erased_at.is_(None), free).order_by(c.id).limit(limit)
    return _read(tx, query.with_for_update(skip_locked=True))


def team_of(tx: Transaction, conference_id: UUID) -> list[str]:
    """Who of us works on it beside focal points, by user name."""
    c = conference_workers.c
    query = select(c.username).where(c.conference_id == conference_id).order_by(c.username)
    return list(tx.execute(query).scalars())


def set_team(tx: Transaction, conference_id: UUID, usernames: Collection[str]) -> None:
    """These and no others."""
    tx.execute(delete(conference_workers).where(conference_workers.c.conference_id == conference_id))
    for username in sorted(usernames):
        tx.execute(insert(conference_workers).values(conference_id=conference_id, username=username))
