"""Events published by the referral service for those who ask: whether word gets through, and who has room."""

from datetime import datetime
from uuid import UUID

from marshmallow import fields, validate

from shared.schemas import codes, rules
from shared.schemas.registry import Event, event, wire

ECHOED, PASSED_ON, UNKNOWN = (
    "echoed",
    "passed_on",
    "organisation_unknown",
)  #: what the hub does with a round trip


@event("referral.round_trip_received")
class RoundTripSeen(Event):
    """The hub has seen it at that moment, and says what it did with it: one of the three outcomes."""

    trip_id: UUID = wire(fields.UUID())
    outcome: str = wire(fields.String(validate=validate.OneOf((ECHOED, PASSED_ON, UNKNOWN))))
    seen_at: datetime = wire(rules.moment())


@event("referral.round_trip_passed")
class RoundTripPassed(Event):
    """Another organisation's round trip comes to this node; its letter is enclosed and named by its hash."""

    org: str = wire(rules.organisation())
    letter: str = wire(rules.digest())


@event("referral.round_trip_answered")
class RoundTripBack(Event):
    """The answer to a node's round trip; the letter of whoever answers is enclosed and named by its hash."""

    trip_id: UUID = wire(fields.UUID())
    answered_at: datetime = wire(rules.moment())
    letter: str = wire(rules.digest())


@event("referral.capacity_question_noted")
class CapacityQuestionNoted(Event):
    """To the asker: these organisations are asked, and what has not come by then is no answer."""

    question_id: UUID = wire(fields.UUID())
    asked: list[str] = wire(fields.List(rules.organisation(), validate=validate.Length(max=codes.MOST_ASKED)))
    answer_by: datetime = wire(rules.moment())


@event("referral.capacity_question_passed")
class CapacityQuestionPassed(Event):
    """To an organisation that is asked; the asker's letter, named by its hash, is enclosed."""

    question_id: UUID = wire(fields.UUID())
    from_org: str = wire(rules.organisation())
    letter: str = wire(rules.digest())
    answer_by: datetime = wire(rules.moment())


@event("referral.capacity_answer_passed")
class CapacityAnswerPassed(Event):
    """To the asker: an organisation has answered; its letter, named by its hash, is enclosed."""

    question_id: UUID = wire(fields.UUID())
    org: str = wire(rules.organisation())
    letter: str = wire(rules.digest())
