"""A referral as one of its two parties sees it."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from shared.schemas.life import ANSWERS, OPEN, REQUESTS, Move, Party, State, allowed, requests
from shared.values import value

SILENT_AFTER = timedelta(
    days=14
)  #: of a referral on which work should be going on, its receiver is asked how it went
AT_WORK = (State.ACCEPTED, State.SCHEDULED, State.IN_PROGRESS)
SAFE_CONTACT = ("phone", "in_person", "only_through_the_worker", "do_not_contact")


class Direction(StrEnum):
    """Whether our organisation sent the referral or received it."""

    OUT = "out"
    IN = "in"

    @property
    def party(self) -> Party:
        """Who we are in it."""
        return Party.SENDER if self is Direction.OUT else Party.RECEIVER


@value(frozen=True)
class Referral:
    """Where a referral stands.

    ``state`` and ``number`` are what the referral service confirmed last, ``link`` is the chain's link of that move;
    ``shown_state`` adds our own moves that wait for their number, and ``unconfirmed`` says that there are some.
    ``refused``: the network could not take it. Deadlines are unknown (None) until the referral service has said them.
    ``person_id``: whom it is about, for a referral that we sent of a case of ours.
    ``rung`` is where the ladder stands that an overdue referral climbs (``codes.RUNGS``), and what follows when.
    ``held_until``: until then our last word waits here and can be undone; of one that is refused, that it was.
    ``parent_id`` is the referral to its sender that it forwards, if it forwards one.
    With the ``purpose`` transfer whoever accepts it takes over the whole case.
    ``missing`` says why its content is not there: ``erased``, or ``unreadable`` for what was tampered with.
    """

    id: UUID
    direction: Direction
    other_org: str
    service_type: str
    urgency: str
    sent_at: datetime
    number: int
    state: State
    shown_state: State
    unconfirmed: bool
    case_id: UUID | None = None
    person_id: UUID | None = None
    need_id: UUID | None = None
    reference: str | None = None
    acknowledge_by: datetime | None = None
    reply_by: datetime | None = None
    overdue_acknowledgement: bool = False
    overdue_reply: bool = False
    refused: bool = False
    unseen: bool = False
    link: str | None = None
    rung: str | None = None
    rung_at: datetime | None = None
    next_rung: str | None = None
    next_rung_at: datetime | None = None
    held_until: datetime | None = None
    parent_id: UUID | None = None
    purpose: str | None = None
    missing: str | None = None

    @property
    def overdue(self) -> bool:
        """Whether either deadline passed in vain."""
        return self.overdue_acknowledgement or self.overdue_reply

    @property
    def taken_back(self) -> bool:
        """Whether we took it back before it left: nobody has received anything."""
        return self.refused and self.held_until is not None

    def is_held(self, at: datetime) -> bool:
        """Whether our last word, or the referral itself, has not left yet."""
        return self.unconfirmed and self.held_until is not None and at < self.held_until

    @property
    def is_open(self) -> bool:
        """Whether anything more is to be expected of it."""
        return self.shown_state in OPEN and not self.refused

    @property
    def allowed(self) -> tuple[Move, ...]:
        """The moves that we may make now."""
        return () if self.refused else allowed(self.shown_state, self.direction.party)

    def may(self, request: Move | None) -> tuple[Move, ...]:
        """The same with what we may ask for, and the answers to a request that was made: see ``open_request``."""
        if self.refused:
            return ()
        asked = requests(self.shown_state, self.direction.party)
        return (*self.allowed, *(move for move in asked if makes_sense(move, request)))


def open_request(history: Iterable["HistoryLine"]) -> Move | None:
    """The receiver's request that nobody has answered yet, if there is one."""
    asked = None
    for line in history:
        if line.refused:
            continue
        if line.move in REQUESTS:
            asked = line.move
        elif asked in ANSWERS.get(line.move, ()):
            asked = None
    return asked


def makes_sense(move: Move, request: Move | None) -> bool:
    """One request at a time, and no answer where nothing was asked."""
    return request in ANSWERS[move] if move in ANSWERS else request is None


@value(frozen=True)
class HistoryLine:
    """One move of a referral's history; ``number`` is None while it waits for one, and for ever if refused.

    A refused line's ``state`` is the true state at that moment and ``allowed`` what could be done from it.
    ``unreadable`` is the code of why the other party's note could not be opened, or ``at_rest`` for what was
    tampered with here. ``letter`` is the hash of the letter that proves the move, ``link`` the chain's hash up to here.
    """

    number: int | None
    move_id: UUID
    move: Move
    state: State
    by_org: str
    made_at: datetime
    recorded_at: datetime | None = None
    reason: str | None = None
    note: str | None = None
    outcome: str | None = None
    scheduled_for: datetime | None = None
    refused: bool = False
    allowed: tuple[Move, ...] = ()
    unreadable: str | None = None
    letter: str | None = None
    link: str | None = None
