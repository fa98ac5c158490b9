"""What the referral service's events say of one referral, merged in whatever order they come."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from shared.schemas.life import OPEN, Move, State
from shared.values import value

ANSWERS = frozenset(
    {
        Move.ACKNOWLEDGE,
        Move.ACCEPT,
        Move.REJECT,
        Move.WAITLIST,
        Move.ASK_FOR_INFORMATION,
        Move.FORWARD,
    }
)  #: with each of these a person at the receiver has answered: an acknowledgement, at the latest
DECISIONS = frozenset({Move.ACCEPT, Move.REJECT, Move.WAITLIST, Move.FORWARD})
NO_ROOM = frozenset(
    {"no_capacity", "waiting_list_full"}
)  #: reasons of a no, or of a later, for lack of capacity


@value(frozen=True)
class Observed:
    """A referral as it is known so far; its moments are those of the referral service's clock.

    Of who refers to whom nothing is known but the regions where both are at home.
    """

    referral_id: UUID
    service_type: str
    urgency: str
    number: int = 0
    state: State = State.SENT
    from_region: str | None = None
    to_region: str | None = None
    acknowledge_by: datetime | None = None
    reply_by: datetime | None = None
    sent_at: datetime | None = None
    delivered_at: datetime | None = None
    acknowledged_at: datetime | None = None
    decided_at: datetime | None = None
    closed_at: datetime | None = None
    acknowledgement_overdue_at: datetime | None = None
    reply_overdue_at: datetime | None = None
    escalated_at: datetime | None = None
    lacked_room_at: datetime | None = None


MOMENTS = (
    "acknowledge_by",
    "reply_by",
    "sent_at",
    "delivered_at",
    "acknowledged_at",
    "decided_at",
    "closed_at",
    "acknowledgement_overdue_at",
    "reply_overdue_at",
    "escalated_at",
    "lacked_room_at",
)
REGIONS = ("from_region", "to_region")


def moments_of(move: Move, state: State, at: datetime, reason: str | None = None) -> dict[str, datetime]:
    """Which of a referral's moments this move is, by name."""
    names = {
        "sent_at": move is Move.SEND,
        "delivered_at": move is Move.DELIVER,
        "acknowledged_at": move in ANSWERS,
        "decided_at": move in DECISIONS,
        "closed_at": state not in OPEN,
        "lacked_room_at": move in (Move.REJECT, Move.WAITLIST) and reason in NO_ROOM,
    }
    return {name: at for name, is_it in names.items() if is_it}


def merge(one: Observed, other: Observed) -> Observed:
    """Both together: the state of the higher number, of each moment the earliest, of each region what is known."""
    newest = max(one, other, key=lambda observed: observed.number)
    known: dict[str, Any] = {name: _earliest(getattr(one, name), getattr(other, name)) for name in MOMENTS}
    known |= {name: getattr(one, name) or getattr(other, name) for name in REGIONS}
    return replace(newest, **known)


def _earliest(*moments: datetime | None) -> datetime | None:
    return min((moment for moment in moments if moment is not None), default=None)


def merge_all(observed: Iterable[Observed]) -> list[Observed]:
    """One for each referral, in the order of their ids."""
    found: dict[UUID, Observed] = {}
    for one in observed:
        before = found.get(one.referral_id)
        found[one.referral_id] = merge(before, one) if before else one
    return [found[referral_id] for referral_id in sorted(found, key=lambda id_: id_.int)]
