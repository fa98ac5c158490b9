"""Referrals out and in: send one, see one, many, and those that wait for somebody here."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.intake.domain import (
    AT_WORK,
    SILENT_AFTER,
    About,
    Action,
    Actor,
    Direction,
    HistoryLine,
    Referral,
)
from services.intake.storage import referrals as rows
from services.intake.storage.referrals import Filters
from services.intake.usecases import audit
from services.intake.usecases.checks import Wrong, checked, code
from services.intake.usecases.refusals import NotFound
from services.intake.usecases.sending import ReferralOrder, send_referral
from shared.database import Database
from shared.schemas.life import Move, State

__all__ = [
    "Inbox",
    "ReferralFile",
    "ReferralOrder",
    "inbox",
    "list_referrals",
    "referral_page",
    "send_referral",
    "waiting_count",
]

AT_ONCE = 200  #: the most referrals in one answer


@dataclass(frozen=True)
class ReferralFile:
    """One referral.

    ``content``: exactly what left this node, or what came with it; None once it was erased. ``allowed``: the
    moves that whoever asks may make now. ``person_id``: whom it is about, for a referral that we sent.
    """

    referral: Referral
    history: tuple[HistoryLine, ...]
    content: dict[str, Any] | None
    allowed: tuple[Move, ...]
    person_id: UUID | None

    def silent_since(self, at: datetime) -> datetime | None:
        """Since when nobody has said anything, if that is too long for work that should be going on."""
        last = max(line.recorded_at or line.made_at for line in self.history)
        is_silent = self.referral.shown_state in AT_WORK and last <= at - SILENT_AFTER
        return last if is_silent else None


@dataclass(frozen=True)
class Inbox:
    """What somebody here should look at, newest first.

    Waiting for my answer: referrals to us that are undecided, and ours about which we are asked something.
    Answers to what I sent: what nobody here has opened since the other side moved it. How did it go: what we
    accepted, and nobody has said anything of for two weeks; silent: the same of what we sent.
    """

    waiting_for_my_answer: tuple[Referral, ...]
    answers_to_what_i_sent: tuple[Referral, ...]
    overdue: tuple[Referral, ...]
    how_did_it_go: tuple[Referral, ...] = ()
    silent: tuple[Referral, ...] = ()


def _cursor(value: str) -> UUID:
    try:
        return UUID(value)
    except (AttributeError, TypeError, ValueError):
        raise Wrong("not_a_cursor") from None


FILTERS = {"direction": code(tuple(Direction)), "state": code(tuple(State)), "cursor": _cursor}


def list_referrals(  # noqa: PLR0913, PLR0917 - the filters of the API
    database: Database,
    by: Actor,
    direction: str | None = None,
    state: str | None = None,
    overdue: bool | None = None,  # noqa: FBT001 - a filter like the others
    cursor: str | None = None,
    limit: int = 50,
) -> tuple[list[Referral], str | None]:
    """A page of referrals, newest first, and the cursor of the next one (None after the last).

    ``state`` is the one shown. Raises Invalid for a filter that is none.
    """
    given = {"direction": direction, "state": state, "cursor": cursor}
    filters = Filters(overdue=overdue, **checked(given, FILTERS))
    most = max(1, min(limit, AT_ONCE))
    with database.reading() as tx:
        found = rows.list_referrals(tx, filters, seen_by=by, limit=most + 1)
    audit.saw(database, by, Action.REFERRALS_LISTED)
    page = found[:most]
    return page, str(page[-1].id) if len(found) > most else None


def referral_page(database: Database, referral_id: UUID, by: Actor) -> ReferralFile:
    """The referral, its history and its content; from now on it is no news. Raises NotFound."""
    with database.reading() as tx:
        found = rows.find_referral(tx, referral_id, seen_by=by)
        if found is None:
            raise NotFound("referral_not_found")
        referral, content = found
        person_id = rows.person_of_case(tx, referral.case_id) if referral.case_id else None
        history = tuple(rows.history_of(tx, referral_id, seen_by=by))
    audit.saw(database, by, Action.REFERRAL_READ, About(person_id, referral.case_id, referral_id))
    if referral.unseen:
        _note_seen(database, referral_id)
    return ReferralFile(referral, history, content, referral.allowed, person_id)


def _note_seen(database: Database, referral_id: UUID) -> None:
    with database.transaction() as tx:
        rows.set_seen(tx, referral_id)


def inbox(database: Database, by: Actor) -> Inbox:
    """What waits for somebody here."""
    with database.reading() as tx:
        silent = (rows.asks_us_how_it_went(tx.at), rows.silent_to_us(tx.at))
        conditions = (rows.waits_for_us(), rows.is_news(), rows.is_overdue(), *silent)
        found = [rows.referrals_where(tx, what, seen_by=by, limit=AT_ONCE) for what in conditions]
    audit.saw(database, by, Action.INBOX_READ)
    return Inbox(*(tuple(referrals) for referrals in found))


def waiting_count(database: Database, by: Actor) -> int:
    """How many referrals wait for an answer, bring one, or are silent and ours to speak of."""
    with database.reading() as tx:
        waits = rows.waits_for_us() | rows.is_news() | rows.asks_us_how_it_went(tx.at)
        return rows.count_where(tx, waits, seen_by=by)
