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
    Child,
    Copy,
    Direction,
    ForwardConsent,
    HistoryLine,
    Referral,
    Withdrawal,
    open_request,
)
from services.intake.storage import erasures as erasure_rows
from services.intake.storage import referrals as rows
from services.intake.storage import silence as silence_rows
from services.intake.storage.referrals import Filters
from services.intake.storage.waiting import list_waiting
from services.intake.usecases import audit
from services.intake.usecases.checks import Wrong, checked, code
from services.intake.usecases.refusals import NotFound
from services.intake.usecases.sending import ReferralOrder, send_referral
from shared.database import Database, Transaction
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
    "what_waits",
]

AT_ONCE = 200  #: the most referrals in one answer
IN_A_SECTION = 25  #: of the inbox, and on a page of what waits; older ones are in the list of all
MOST_COUNTED = 100  #: of what waits: more is more than anybody wants to know on every page


@dataclass(frozen=True)
class ReferralFile:
    """One referral.

    ``content``: exactly what left this node, or what came with it; None once it was erased. ``allowed``: the
    moves that whoever asks may make now.
    After consent was withdrawn: ``withdrawal``, what we have said of what came to us, or ``copies``, what is known of
    all who hold what we sent. Of a forward: ``children``, where what we sent went on to, or ``forward``, what was
    agreed to when we sent it on. ``handed_over``: whether the other organisation is responsible for our whole case now.
    """

    referral: Referral
    history: tuple[HistoryLine, ...]
    content: dict[str, Any] | None
    allowed: tuple[Move, ...]
    withdrawal: Withdrawal | None = None
    copies: tuple[Copy, ...] = ()
    children: tuple[Child, ...] = ()
    forward: ForwardConsent | None = None
    handed_over: bool = False

    def silent_since(self, at: datetime) -> datetime | None:
        """Since when nobody has said anything, if that is too long for work that should be going on."""
        last = max(line.recorded_at or line.made_at for line in self.history)
        is_silent = self.referral.shown_state in AT_WORK and last <= at - SILENT_AFTER
        return last if is_silent else None


@dataclass(frozen=True)
class Inbox:
    """What somebody here should look at, newest first, of each kind at most ``IN_A_SECTION``.

    Waiting for my answer, whoever's reply is due first before all others: referrals to us that are undecided, ours
    about which we are asked something, and those whose consent was withdrawn and of which somebody has yet to say what
    became of our own records.
    Answers to what I sent: what nobody here has opened since the other side moved it. Overdue is also what was
    withdrawn and not answered in time. How did it go: what we accepted, and nobody has said anything of for two
    weeks; silent: the same of what we sent.
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
        history = tuple(rows.history_of(tx, referral_id, seen_by=by))
        beside = _beside(tx, referral)
    audit.saw(database, by, Action.REFERRAL_READ, About(referral.person_id, referral.case_id, referral_id))
    if referral.unseen:
        _note_seen(database, referral_id)
    may = referral.may(open_request(history))
    return ReferralFile(referral, history, content, may, **beside)


def _beside(tx: Transaction, referral: Referral) -> dict[str, Any]:
    """What there is of a withdrawal and of forwards on our side of it."""
    if referral.direction is Direction.IN:
        return {"withdrawal": erasure_rows.withdrawal_of(tx, referral.id)}
    return {
        "copies": tuple(erasure_rows.copies_of(tx, referral.id)),
        "children": tuple(erasure_rows.children_of(tx, referral.id)),
        "handed_over": referral.case_id is not None and bool(rows.handed_over(tx, [referral.id])),
        "forward": erasure_rows.forward_consent_of(tx, referral.id) if referral.parent_id else None,
    }


def _note_seen(database: Database, referral_id: UUID) -> None:
    with database.transaction() as tx:
        rows.set_seen(tx, referral_id)


def inbox(database: Database, by: Actor) -> Inbox:
    """What waits for somebody here."""
    with database.reading() as tx:
        waiting = list_waiting(tx, seen_by=by, limit=IN_A_SECTION)
        silent = [silence_rows.asks_us_how_it_went(tx.at)], [silence_rows.silent_to_us(tx.at)]
        kinds = [rows.is_news()], erasure_rows.ways_to_be_late(tx), *silent
        found = rows.referrals_by(tx, kinds, seen_by=by, limit=IN_A_SECTION)
    audit.saw(database, by, Action.INBOX_READ)
    return Inbox(tuple(waiting), *(tuple(referrals) for referrals in found))


def what_waits(database: Database, by: Actor, after: str | None = None) -> tuple[list[Referral], UUID | None]:
    """A page of what waits for our answer, soonest due first, and the last one if there are more behind it.

    ``after`` is the last one of the page before. Raises Invalid for what is no id of a referral.
    """
    last = checked({"after": after}, {"after": _cursor}).get("after")
    with database.reading() as tx:
        found = list_waiting(tx, seen_by=by, limit=IN_A_SECTION + 1, after=last)
    audit.saw(database, by, Action.INBOX_READ)
    page = found[:IN_A_SECTION]
    return page, page[-1].id if len(found) > IN_A_SECTION else None


def waiting_count(database: Database, by: Actor) -> int:
    """How many referrals wait for an answer, bring one, or are silent and ours to speak of; at most MOST_COUNTED."""
    with database.reading() as tx:
        waits = (
            *rows.waits_for_us(),
            erasure_rows.waits_for_our_word(),
            silence_rows.asks_us_how_it_went(tx.at),
        )
        return rows.count_of_any(tx, *waits, rows.is_news(), seen_by=by, most=MOST_COUNTED)
