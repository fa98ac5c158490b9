"""Hear what others do in conferences, say what became of it, and hear what became of our own acts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog

from services.intake.domain.conference import (
    CLOSED,
    CONFIRMED,
    DEPARTED,
    ENDED,
    INVITED,
    OPENED,
    Act,
    Conference,
)
from services.intake.domain.same_for_all import DIFFERS, told, what_we_heard
from services.intake.storage import conferences as rows
from services.intake.storage import need_to_know
from services.intake.storage import referrals as referral_rows
from services.intake.storage import staff as staff_rows
from services.intake.usecases.calling import call_members
from services.intake.usecases.conference_acts import EVENTS, NOT_IN_NETWORK, RULES, awaited, publish, say
from services.intake.usecases.conference_ending import erase
from services.intake.usecases.proofs import enclosed, event_in
from services.intake.usecases.sealed_parts import open_act
from shared.database import Transaction
from shared.messaging.errors import Refused, Unready
from shared.messaging.message import Message
from shared.schemas.conferences import (
    ERASED,
    LEFT,
    MOST_DAYS,
    MOST_INVITED,
    OVER,
    STORED,
    ConferenceAct,
    ConferencePassed,
    ConferenceReceipted,
    ConferenceRefused,
)
from shared.sealing import CannotOpen, KeyRing, Letter

log = structlog.get_logger()

LONGEST = timedelta(days=MOST_DAYS)
KINDS = {event.type: kind for kind, event in EVENTS.items()}
ONLY_THE_OPENER = (OPENED, INVITED, CLOSED, ENDED)


def hear_of_conferences(tx: Transaction, messages: Sequence[Message], ring: KeyRing) -> None:
    """Take in acts and answer each; note receipts. Raises Refused for what is not proven, and Unready."""
    for message in messages:
        event = message.event
        if isinstance(event, ConferenceRefused):
            _note(tx, event.act_id, event.to_org, NOT_IN_NETWORK)
        elif isinstance(event, ConferencePassed):
            _take(tx, enclosed(message, event.letter), event, ring)


def _take(tx: Transaction, letter: Letter, passed: ConferencePassed, ring: KeyRing) -> None:
    said, kind = _said(letter)
    claimed = (letter.said.sender, said.conference_id, said.to_org)
    if claimed != (passed.from_org, passed.conference_id, tx.outbox.sender):
        raise Refused("letter_differs")
    if isinstance(said, ConferenceReceipted):
        _note(tx, said.act_id, passed.from_org, said.outcome)
        if said.outcome == LEFT:
            rows.set_departed(tx, said.conference_id, passed.from_org)
        return
    heard = _Heard(kind, passed.from_org, said, letter.private)
    outcome = _outcome(tx, heard, ring)
    receipt = ConferenceReceipted(
        conference_id=said.conference_id,
        act_id=said.act_id,
        to_org=passed.from_org,
        made_at=tx.at,
        outcome=outcome,
    )
    publish(tx, receipt)


def _said(letter: Letter) -> tuple[ConferenceAct, str]:
    """The act or receipt, and its kind; raises Refused for what is neither."""
    name = str(letter.said.events[0].get("type"))
    if name == ConferenceReceipted.type:
        return event_in(letter, ConferenceReceipted), ""
    if name not in KINDS:
        raise Refused("letter_differs")
    return event_in(letter, EVENTS[KINDS[name]]), KINDS[name]


def _note(tx: Transaction, act_id: Any, org: str, outcome: str) -> None:
    rows.note_delivery(tx, act_id, org, outcome)
    tx.outbox.receipted(tx, [awaited(act_id, org)])


@dataclass(frozen=True)
class _Heard:
    """An act of another organisation, its sealed part not opened yet."""

    kind: str
    sender: str
    said: ConferenceAct
    private: bytes

    def content(self, ring: KeyRing) -> dict[str, Any]:
        """What is said with it; raises Refused for what cannot be opened, or lacks what belongs to it."""
        rules = RULES.get(self.kind)
        if rules is None:
            return {}
        try:
            found = open_act(self.private, self.said.act_id, ring, rules)
        except CannotOpen as error:
            raise Refused(error.code) from None
        if found.keys() != rules.keys():
            raise Refused("not_of_the_agreed_shape")
        return found


def _outcome(tx: Transaction, heard: _Heard, ring: KeyRing) -> str:
    conference = rows.lock_conference(tx, heard.said.conference_id)
    if conference is None:
        return _first_word(tx, heard, ring)
    if heard.kind in ONLY_THE_OPENER:
        may = heard.sender == conference.from_org and not conference.is_ours
    else:
        may = heard.sender in conference.members
        if not may and not conference.is_ours:
            raise Unready(
                "not_a_participant"
            )  # as far as we know: that it is invited may be on its way to us
    if not may:
        raise Refused("not_a_participant")
    return _taken(tx, conference, heard, ring)


def _first_word(tx: Transaction, heard: _Heard, ring: KeyRing) -> str:
    """We are invited; or it is over before we were, which is remembered, so that no invitation counts later."""
    if heard.kind == ENDED:
        rows.add_conference(tx, _over(heard, tx.outbox.sender, tx.at))
        return ERASED
    if heard.kind not in (OPENED, INVITED):
        raise Unready("conference_not_here")
    content = heard.content(ring)
    opened, joined = _opened(heard, content, tx.outbox.sender), content.get("joined", ())
    if tx.at >= opened.ends_at:
        rows.add_conference(tx, _over(heard, tx.outbox.sender, tx.at))
        return OVER
    rows.add_conference(tx, opened)
    put = {name: content["case"][name] for name in ("question", "facts", "digest") if name in content["case"]}
    first = content.get("act_id", heard.said.act_id)
    rows.add_act(tx, opened.id, Act(first, OPENED, heard.sender, opened.opened_at, content={"case": put}))
    if joined:
        _join(tx, opened.id, heard, joined)
    _call(tx, opened)
    _say_what_we_heard(tx, opened.id)
    return STORED


def _opened(heard: _Heard, content: dict[str, Any], us: str) -> Conference:
    """The conference to which we are invited, from the beginning or later; raises Refused."""
    case, made_at = content["case"], content.get("made_at", heard.said.made_at)
    all_invited = (*case["invited"], *content.get("joined", ()))
    well = us in all_invited and heard.sender not in all_invited and len(all_invited) <= MOST_INVITED
    if not well or case["ends_at"] - made_at > LONGEST:
        raise Refused("not_of_the_agreed_shape")
    known = (heard.said.conference_id, us, heard.sender, made_at, case["ends_at"], case["invited"])
    return Conference(*known, unseen=True)


def _join(tx: Transaction, conference_id: UUID, heard: _Heard, joined: Sequence[str]) -> None:
    rows.add_joined(tx, conference_id, joined)
    rows.add_act(tx, conference_id, _act(heard, {"joined": joined}))


def _say_what_we_heard(tx: Transaction, conference_id: UUID) -> None:
    """To all who take part, so that each can see whether all were told the same."""
    conference = rows.lock_conference(tx, conference_id)
    if conference is not None:
        say(tx, conference, CONFIRMED, what_we_heard(conference, rows.acts_of(tx, conference_id)), None)
        _compare(tx, conference)


def _compare(tx: Transaction, conference: Conference) -> None:
    """Somebody was told something else than we were: an alarm, here and on the page."""
    found = told(conference, rows.acts_of(tx, conference.id))
    others = [org for org, how in found.items() if how == DIFFERS]
    if others:
        log.error("conference.told_differently", conference=str(conference.id), orgs=others)
        rows.set_conference(tx, conference.id, unseen=True)
        _call(tx, conference)


def _over(heard: _Heard, org: str, at: datetime) -> Conference:
    said = heard.said
    known = (said.conference_id, org, heard.sender, said.made_at, said.made_at, (org,))
    return Conference(*known, ended_at=at, erased_at=at)


def _act(heard: _Heard, content: dict[str, Any]) -> Act:
    return Act(heard.said.act_id, heard.kind, heard.sender, heard.said.made_at, content=content)


def _taken(tx: Transaction, conference: Conference, heard: _Heard, ring: KeyRing) -> str:
    if heard.kind == ENDED:
        return _end(tx, conference, heard)
    if heard.kind == DEPARTED:
        rows.set_departed(tx, conference.id, heard.sender)
        rows.add_act(tx, conference.id, _act(heard, {}))
        return STORED
    if rows.has_act(tx, heard.said.act_id):
        return STORED
    state = conference.state(tx.at)
    in_time = state == "open" or (state == "closed" and heard.kind == CONFIRMED)
    if not in_time or heard.kind == OPENED:
        return LEFT if state == "left" else OVER
    _keep(tx, conference, heard, heard.content(ring))
    return STORED


def _keep(tx: Transaction, conference: Conference, heard: _Heard, content: dict[str, Any]) -> None:
    """What people do is news to whoever works on it."""
    if heard.kind == CONFIRMED:
        rows.add_act(tx, conference.id, _act(heard, content))
        _compare(tx, conference)
        return
    if heard.kind == INVITED:
        _join(tx, conference.id, heard, content["joined"])
        _say_what_we_heard(tx, conference.id)
    else:
        rows.add_act(tx, conference.id, _act(heard, content))
    closed = {"closed_at": tx.at} if heard.kind == CLOSED else {}
    rows.set_conference(tx, conference.id, unseen=True, **closed)
    _call(tx, conference)


def _end(tx: Transaction, conference: Conference, heard: _Heard) -> str:
    if conference.ended_at is None:
        rows.set_conference(tx, conference.id, ended_at=tx.at)
        rows.add_act(tx, conference.id, _act(heard, {}))
        erase(tx, [conference])
    return ERASED


def _call(tx: Transaction, conference: Conference) -> None:
    """Who works on it; a focal point where nobody does yet."""
    call_members(tx, _workers(tx, conference), urgent=False)


def _workers(tx: Transaction, conference: Conference) -> list[str]:
    if conference.case_id is not None:
        person_id = referral_rows.person_of_case(tx, conference.case_id)
        return need_to_know.file_team(tx, person_id)
    focal = [member.username for member in staff_rows.list_staff(tx) if member.actor.sees_every_case]
    return rows.team_of(tx, conference.id) or focal
