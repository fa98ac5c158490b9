"""Events of a case conference: what its participants say to each other, each act in a letter to one of them.

What is said stands in the sealed part of the letter. The hub learns who says what kind of thing to whom, and keeps none
of it: it passes each letter on, and nodes look to it that only participants are heard.
"""

from datetime import datetime
from uuid import UUID

from marshmallow import fields, validate

from shared.schemas import rules
from shared.schemas.registry import Event, event, record, wire

STORED, ERASED, OVER, LEFT = "stored", "erased", "over", "left"
OUTCOMES = (
    STORED,
    ERASED,
    OVER,
    LEFT,
)  #: of an act at whom it is for; the last two: it came too late, we have left
MOST_INVITED = 10  #: organisations in one conference
MOST_DAYS = 30  #: after which it is erased everywhere, at the latest


@record
class ConferenceAct(Event):
    """One participant does something, and says so to another; the same act has the same id for all."""

    conference_id: UUID = wire(fields.UUID())
    act_id: UUID = wire(fields.UUID())
    to_org: str = wire(rules.organisation())
    made_at: datetime = wire(rules.moment())


@event("intake.conference_opened")
class ConferenceOpened(ConferenceAct):
    """A case without a name is put to the organisations that its sealed part names, until the day that it says."""


@event("intake.conference_invited")
class ConferenceInvited(ConferenceAct):
    """One more organisation is invited; the case as it was put, and who was invited until now, is sealed for all."""


@event("intake.conference_confirmed")
class ConferenceConfirmed(ConferenceAct):
    """What a participant's node was told: the sealed part names the case by its hash, and who is invited."""


@event("intake.conference_message_sent")
class ConferenceMessageSent(ConferenceAct):
    """A participant has written something to all; the text is sealed."""


@event("intake.conference_departed")
class ConferenceDeparted(ConferenceAct):
    """An invited organisation takes no part any more and has erased what it had."""


@event("intake.conference_closed")
class ConferenceClosed(ConferenceAct):
    """Whoever opened it has closed it; what was agreed, who does what until when, is sealed."""


@event("intake.conference_ended")
class ConferenceEnded(ConferenceAct):
    """Whoever opened it wants it erased by all at once, as when consent was withdrawn."""


@event("intake.conference_receipted")
class ConferenceReceipted(ConferenceAct):
    """What became of an act at whom it was for: the end-to-end receipt, signed; until then the act is said again."""

    outcome: str = wire(fields.String(validate=validate.OneOf(OUTCOMES)))


@event("referral.conference_passed")
class ConferencePassed(Event):
    """To whom an act is for, or a receipt; its maker's letter, named by its hash, is enclosed."""

    conference_id: UUID = wire(fields.UUID())
    from_org: str = wire(rules.organisation())
    letter: str = wire(rules.digest())


@event("referral.conference_refused")
class ConferenceRefused(Event):
    """To whoever made an act: no node of that organisation can hear it, and it need not be said again."""

    conference_id: UUID = wire(fields.UUID())
    act_id: UUID = wire(fields.UUID())
    to_org: str = wire(rules.organisation())
