"""The referral's life: the one table of moves, used by the node that asks and the service that decides."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """Where a referral stands; the codes that events, the API and every page use."""

    SENT = "sent"
    DELIVERED = "delivered"
    ACKNOWLEDGED = "acknowledged"
    WAITLISTED = "waitlisted"
    INFORMATION_REQUESTED = "information_requested"
    ACCEPTED = "accepted"
    SCHEDULED = "scheduled"
    IN_PROGRESS = "in_progress"
    ON_HOLD = "on_hold"
    REJECTED = "rejected"
    COMPLETED = "completed"
    PARTIALLY_COMPLETED = "partially_completed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    WITHDRAWN = "withdrawn"
    FORWARDED = "forwarded"
    ENTERED_IN_ERROR = "entered_in_error"


class Move(StrEnum):
    """What a party may do to a referral."""

    SEND = "send"
    DELIVER = "deliver"
    ACKNOWLEDGE = "acknowledge"
    ACCEPT = "accept"
    REJECT = "reject"
    WAITLIST = "waitlist"
    ASK_FOR_INFORMATION = "ask_for_information"
    ANSWER = "answer"
    SCHEDULE = "schedule"
    NOT_ATTENDED = "not_attended"
    START = "start"
    HOLD = "hold"
    RESUME = "resume"
    COMPLETE = "complete"
    COMPLETE_IN_PART = "complete_in_part"
    FAIL = "fail"
    CANCEL = "cancel"
    WITHDRAW_CONSENT = "withdraw_consent"
    FORWARD = "forward"
    ASK_TO_CANCEL = "ask_to_cancel"
    ASK_FOR_TRANSFER = "ask_for_transfer"
    TRANSFER = "transfer"
    DECLINE = "decline"
    ENTERED_IN_ERROR = "entered_in_error"


class Party(StrEnum):
    """Who moves: the organisation that sent, the one that received, or its node by machine."""

    SENDER = "sender"
    RECEIVER = "receiver"
    RECEIVING_NODE = "receiving_node"


OPEN = frozenset(
    {
        State.SENT,
        State.DELIVERED,
        State.ACKNOWLEDGED,
        State.WAITLISTED,
        State.INFORMATION_REQUESTED,
        State.ACCEPTED,
        State.SCHEDULED,
        State.IN_PROGRESS,
        State.ON_HOLD,
    }
)
AWAITING_DECISION = frozenset(
    {State.SENT, State.DELIVERED, State.ACKNOWLEDGED, State.INFORMATION_REQUESTED}
)  #: no decision by the deadline in one of these makes a referral overdue
_UNDECIDED = frozenset({State.DELIVERED, State.ACKNOWLEDGED, State.WAITLISTED})
_ACTIVE = frozenset({State.ACCEPTED, State.SCHEDULED, State.IN_PROGRESS, State.ON_HOLD})
_ARRIVED = OPEN - {State.SENT}

REQUESTS = (Move.ASK_TO_CANCEL, Move.ASK_FOR_TRANSFER)  #: people answer them; the state stays
ANSWERS = {
    Move.DECLINE: REQUESTS,
    Move.TRANSFER: (Move.ASK_FOR_TRANSFER,),
}  #: which requests each of these answers; without such a request it is not made
SINCE_LETTERS = frozenset({*REQUESTS, *ANSWERS})  #: moves that a node of version 0.1.0 does not know

REASONS = (
    "no_capacity",
    "waiting_list_full",
    "not_eligible",
    "not_eligible_age",
    "not_eligible_sex",
    "not_eligible_nationality",
    "not_eligible_status",
    "outside_area",
    "service_discontinued",
    "duplicate",
    "insufficient_information",
    "person_unreachable",
    "person_declined",
    "did_not_attend",
    "safety_risk",
    "consent_withdrawn",
    "other",
)  #: the closed list of the domain, section 4


@dataclass(frozen=True)
class Rule:
    """One line of the table: from where, by whom, to where (None: it stays), and what must be said with it."""

    move: Move
    sources: frozenset[State]
    to: State | None
    by: Party
    needs: frozenset[str] = frozenset()


def _rule(move: Move, sources: Iterable[State], to: State | None, by: Party, *needs: str) -> Rule:
    return Rule(move, frozenset(sources), to, by, frozenset(needs))


TABLE = (
    _rule(Move.DELIVER, {State.SENT}, State.DELIVERED, Party.RECEIVING_NODE),
    _rule(Move.ACKNOWLEDGE, {State.DELIVERED}, State.ACKNOWLEDGED, Party.RECEIVER),
    _rule(Move.ACCEPT, _UNDECIDED, State.ACCEPTED, Party.RECEIVER),
    _rule(Move.REJECT, _UNDECIDED, State.REJECTED, Party.RECEIVER, "reason"),
    _rule(Move.WAITLIST, _UNDECIDED, State.WAITLISTED, Party.RECEIVER, "reason"),
    _rule(Move.ASK_FOR_INFORMATION, _UNDECIDED, State.INFORMATION_REQUESTED, Party.RECEIVER, "note"),
    _rule(Move.ANSWER, {State.INFORMATION_REQUESTED}, State.ACKNOWLEDGED, Party.SENDER, "note"),
    _rule(Move.SCHEDULE, {State.ACCEPTED}, State.SCHEDULED, Party.RECEIVER, "scheduled_for"),
    _rule(Move.NOT_ATTENDED, {State.SCHEDULED}, State.ACCEPTED, Party.RECEIVER, "reason"),
    _rule(Move.START, {State.ACCEPTED, State.SCHEDULED}, State.IN_PROGRESS, Party.RECEIVER),
    _rule(Move.HOLD, {State.IN_PROGRESS}, State.ON_HOLD, Party.RECEIVER, "reason"),
    _rule(Move.RESUME, {State.ON_HOLD}, State.IN_PROGRESS, Party.RECEIVER),
    _rule(Move.COMPLETE, _ACTIVE, State.COMPLETED, Party.RECEIVER),
    _rule(Move.COMPLETE_IN_PART, _ACTIVE, State.PARTIALLY_COMPLETED, Party.RECEIVER, "reason"),
    _rule(Move.FAIL, _ACTIVE, State.FAILED, Party.RECEIVER, "reason"),
    _rule(Move.CANCEL, OPEN, State.CANCELLED, Party.SENDER, "reason"),
    _rule(Move.WITHDRAW_CONSENT, OPEN, State.WITHDRAWN, Party.SENDER),
    _rule(Move.FORWARD, {State.DELIVERED, State.ACKNOWLEDGED}, State.FORWARDED, Party.RECEIVER),
    _rule(Move.ASK_TO_CANCEL, _ARRIVED, None, Party.RECEIVER, "reason"),
    _rule(Move.ASK_FOR_TRANSFER, _ACTIVE, None, Party.RECEIVER, "note"),
    _rule(Move.TRANSFER, _ACTIVE, None, Party.SENDER),
    _rule(Move.DECLINE, _ARRIVED, None, Party.SENDER, "note"),
    _rule(Move.ENTERED_IN_ERROR, set(State) - {State.ENTERED_IN_ERROR}, State.ENTERED_IN_ERROR, Party.SENDER),
)  #: the union of Primero, HL7 SDOHCC Task for Referral Management and BSeR (domain, section 4)

_BY_MOVE = {rule.move: rule for rule in TABLE}


class NotAllowed(Exception):
    """The move is not one that this party may make from this state."""

    def __init__(self, state: State, allowed: tuple[Move, ...]) -> None:
        super().__init__(f"not allowed from {state}; allowed: {', '.join(allowed) or 'nothing'}")
        self.state, self.allowed = state, allowed


def allowed(state: State, by: Party) -> tuple[Move, ...]:
    """The moves open to the party, in the table's order, but for requests and their answers."""
    return tuple(move for move in _open_to(state, by) if move not in SINCE_LETTERS)


def requests(state: State, by: Party) -> tuple[Move, ...]:
    """What else the party may ask for, or answer if it was asked: that depends on more than the state."""
    return tuple(move for move in _open_to(state, by) if move in SINCE_LETTERS)


def _open_to(state: State, by: Party) -> tuple[Move, ...]:
    return tuple(rule.move for rule in TABLE if rule.by is by and state in rule.sources)


def step(state: State, move: Move, by: Party) -> State:
    """The state after the move; an illegal one is a conflict that names the allowed ones, never a no-op."""
    rule = _BY_MOVE.get(move)
    if rule is None or rule.by is not by or state not in rule.sources:
        raise NotAllowed(state, allowed(state, by))
    return state if rule.to is None else rule.to


def needs(move: Move) -> frozenset[str]:
    """Which of reason, note and scheduled_for must be said with the move."""
    rule = _BY_MOVE.get(move)
    return rule.needs if rule else frozenset()
