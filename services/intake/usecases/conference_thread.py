"""Take part in a conference: read it, write to all, leave, close it with what was agreed, have it erased everywhere."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from services.intake.domain import Action, Actor
from services.intake.domain.conference import CLOSED, CONFIRMED, DEPARTED, SAID, Act, Conference
from services.intake.domain.same_for_all import DIFFERS, case_of, told
from services.intake.domain.telltale import Known, Mark, marks
from services.intake.storage import conferences as rows
from services.intake.usecases import audit
from services.intake.usecases.calling import call_members
from services.intake.usecases.cases import find_case
from services.intake.usecases.checks import checked, not_before, text
from services.intake.usecases.conference_acts import ACTION_RULES, ACTIONS, say, unsay
from services.intake.usecases.conference_ending import end, erase
from services.intake.usecases.conference_texts import sure
from services.intake.usecases.conferences import about_conference, known_of
from services.intake.usecases.need_to_know import Team, chosen_members, team_among
from services.intake.usecases.people import read_file
from services.intake.usecases.refusals import Conflict, Invalid, NotFound, NotPermitted
from shared.database import Database, Transaction


@dataclass(frozen=True)
class ConferencePage:
    """A conference with all that was done in it, oldest first.

    ``told`` says of each other organisation whether it was told the same, as in ``domain.same_for_all``.
    """

    conference: Conference
    state: str
    acts: tuple[Act, ...]
    told: Mapping[str, str]

    @property
    def opening(self) -> Mapping[str, Any]:
        """The question and the facts; nothing once erased."""
        return case_of(self.acts)

    @property
    def differs(self) -> Sequence[str]:
        """Who was told something else than we were."""
        return [org for org, how in self.told.items() if how == DIFFERS]

    @property
    def agreed(self) -> Sequence[Mapping[str, Any]]:
        """Who does what until when."""
        found: Sequence[Mapping[str, Any]] = next(
            (act.content.get("actions", ()) for act in self.acts if act.kind == CLOSED), ()
        )
        return found


def conference_page(database: Database, conference_id: UUID, by: Actor) -> ConferencePage:
    """What was put and said, until its term; from now on it is no news. Raises NotFound."""
    with database.reading() as tx:
        conference = _find(tx, conference_id, by)
        acts, record = rows.acts_of(tx, conference_id), about_conference(tx, conference, by)
        state, can_be_read = conference.state(tx.at), conference.can_be_read(tx.at)
    audit.saw(database, by, Action.CONFERENCE_READ, record)
    if conference.unseen:
        with database.transaction() as tx:
            rows.set_conference(tx, conference_id, unseen=False)
    shown = acts if can_be_read else [replace(act, content={}) for act in acts]
    by_people = tuple(act for act in shown if act.kind != CONFIRMED)
    return ConferencePage(conference, state, by_people, told(conference, shown))


def _find(tx: Transaction, conference_id: UUID, by: Actor, *, lock: bool = False) -> Conference:
    found = rows.find_conference(tx, conference_id, seen_by=by, lock=lock)
    if found is None:
        raise NotFound("conference_not_found")
    return found


def take_part(tx: Transaction, conference_id: UUID, by: Actor, *states: str, lock: bool = True) -> Conference:
    """The conference, locked, in one of these states; raises NotFound, or Conflict with the state that it is in."""
    conference = _find(tx, conference_id, by, lock=lock)
    state = conference.state(tx.at)
    if state not in states:
        raise Conflict(f"conference_{state}")
    return conference


def look_through(database: Database, conference_id: UUID, written: str, by: Actor) -> list[Mark]:
    """What in a text should be looked at before it leaves; raises NotFound."""
    with database.reading() as tx:
        return marks(written, _known(tx, _find(tx, conference_id, by), by))


def _known(tx: Transaction, conference: Conference, by: Actor) -> Known:
    """Whoever is invited knows nothing of the person."""
    if conference.case_id is None:
        return Known()
    case = find_case(tx, conference.case_id, by)
    return known_of(tx, case, read_file(tx, case.person_id, by))


def write_message(database: Database, conference_id: UUID, given: Mapping[str, Any], by: Actor) -> Act:
    """Write ``text`` to all who take part; ``sure`` once what only looks like a name was looked at.

    Raises NotFound, Invalid (of ``text``: names_known, names_suspected), or Conflict once it is closed or over.
    """
    values = checked(given, {"text": text(), "sure": bool}, needed=("text",))
    with database.transaction() as tx:
        conference = take_part(tx, conference_id, by, "open")
        sure("text", marks(values["text"], _known(tx, conference, by)), values.get("sure"))
        audit.did(tx, by, Action.CONFERENCE_WRITTEN, about_conference(tx, conference, by))
        return say(tx, conference, SAID, {"text": values["text"]}, by.username)


def close_conference(database: Database, conference_id: UUID, given: Mapping[str, Any], by: Actor) -> Act:
    """Close ours with ``actions``, each an ``org`` that takes part, ``what`` it does and ``until`` which day.

    Nothing more is written; it can be read until its term. Raises NotFound, Invalid (as ``write_message`` does), or
    Conflict.
    """
    with database.transaction() as tx:
        conference = take_part(tx, conference_id, by, "open")
        if not conference.is_ours:
            raise NotPermitted
        values = checked(given, {"actions": ACTIONS, "sure": bool}, needed=("actions",))
        known = _known(tx, conference, by)
        for action in values["actions"]:
            if action["org"] not in (by.org, *conference.others):
                raise Invalid({"actions": "not_a_participant"})
            checked(action, ACTION_RULES | {"until": not_before(tx.at.date())})
            sure("actions", marks(action["what"], known), values.get("sure"))
        rows.set_conference(tx, conference_id, closed_at=tx.at)
        audit.did(tx, by, Action.CONFERENCE_CLOSED, about_conference(tx, conference, by))
        return say(tx, conference, CLOSED, {"actions": values["actions"]}, by.username)


def leave_conference(database: Database, conference_id: UUID, by: Actor) -> None:
    """Take no part any more: all others are told, and what was said is erased here. Focal points say so for all.

    Raises NotFound, NotPermitted for whoever opened it or is no focal point, or Conflict.
    """
    with database.transaction() as tx:
        conference = take_part(tx, conference_id, by, "open", "closed")
        if conference.is_ours or not by.sees_every_case:
            raise NotPermitted
        unsay(tx, conference_id)
        say(tx, conference, DEPARTED, {}, by.username)
        rows.set_departed(tx, conference_id, by.org)
        erase(tx, [conference])
        audit.did(tx, by, Action.CONFERENCE_LEFT)


def end_conference(database: Database, conference_id: UUID, by: Actor) -> None:
    """Have ours erased by all, as when consent is withdrawn. Raises NotFound, NotPermitted, or Conflict."""
    with database.transaction() as tx:
        conference = take_part(tx, conference_id, by, "open", "closed")
        if not conference.is_ours:
            raise NotPermitted
        audit.did(tx, by, Action.CONFERENCE_ENDED, about_conference(tx, conference, by))
        end(tx, conference, by.username)


def conference_team(database: Database, conference_id: UUID, by: Actor) -> Team:
    """Who of us works on one to which we are invited, for focal points.

    Raises NotFound, or NotPermitted, also for ours: on it works who works on the case.
    """
    with database.reading() as tx:
        _invited(tx, conference_id, by)
        return team_among(tx, rows.team_of(tx, conference_id))


def set_conference_team(
    database: Database, conference_id: UUID, usernames: Collection[str], by: Actor
) -> None:
    """These and no others, beside focal points; to whoever is named anew it is news, and they are told.

    Raises NotFound, NotPermitted, or Invalid for a name that cannot.
    """
    with database.transaction() as tx:
        _invited(tx, conference_id, by)
        new = set(chosen_members(tx, usernames, by)) - set(rows.team_of(tx, conference_id))
        rows.set_team(tx, conference_id, usernames)
        if new:
            rows.set_conference(tx, conference_id, unseen=True)
            call_members(tx, new, urgent=False)
        audit.did(tx, by, Action.TEAM_CHANGED)


def _invited(tx: Transaction, conference_id: UUID, by: Actor) -> None:
    if _find(tx, conference_id, by).case_id is not None or not by.sees_every_case:
        raise NotPermitted
