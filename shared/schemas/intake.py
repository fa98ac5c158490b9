"""Events published by the intake service, a partner's own node."""

from datetime import date, datetime
from uuid import UUID

from marshmallow import fields, validate

from shared.schemas import codes, erasure, rules
from shared.schemas.life import Move
from shared.schemas.registry import Event, Record, event, many, record, wire


@event("intake.referral_sent", version="2.1", reads=(1,))
class ReferralSent(Event):
    """A case worker, with consent, referred a person to another organisation.

    Who the person is stands in the sealed part of the letter; in version 1 it stood in ``sealed_person``.
    ``parent`` is the referral to the sender that it forwards, if it forwards one; with the ``purpose`` transfer whoever
    accepts takes over the whole case (both since 2.1).
    """

    referral_id: UUID = wire(fields.UUID())
    to_org: str = wire(rules.organisation())
    service_type: str = wire(rules.service_type())
    urgency: str = wire(rules.urgency())
    sent_at: datetime = wire(rules.moment())
    sealed_person: str | None = wire(rules.sealed(), default=None)
    parent: UUID | None = wire(fields.UUID(), default=None)
    purpose: str | None = wire(rules.purpose(), default=None)


@event("intake.referral_delivered", version="1.1")
class ReferralDelivered(Event):
    """The receiving node has stored the referral: the end-to-end receipt, which names the letter it is for."""

    referral_id: UUID = wire(fields.UUID())
    delivered_at: datetime = wire(rules.moment())
    letter: str | None = wire(rules.digest(), default=None)


@event("intake.move_made", version="1.1")
class MoveMade(Event):
    """Staff of one party moved the referral on; it stands once the referral service has numbered it.

    ``previous`` is the link of the last move that its maker knew. What is said with it stands in the sealed part of
    the letter; before 1.1 it stood in ``sealed_note``.
    """

    referral_id: UUID = wire(fields.UUID())
    move_id: UUID = wire(fields.UUID())
    move: Move = wire(rules.move())
    based_on: int = wire(rules.number())
    after: UUID | None = wire(fields.UUID(), default=None)
    made_at: datetime = wire(rules.moment())
    reason: str | None = wire(rules.reason(), default=None)
    previous: str | None = wire(rules.digest(), default=None)
    sealed_note: str | None = wire(rules.sealed(), default=None)


@event("intake.erasure_asked")
class ErasureAsked(Event):
    """Consent was withdrawn: whoever holds what came with the referral, or was forwarded from it, is to erase it."""

    referral_id: UUID = wire(fields.UUID())
    asked_at: datetime = wire(rules.moment())


@record
class Holding(Record):
    """What became of one part of what an organisation holds; of what is kept, why. Codes of ``erasure``."""

    part: str = wire(fields.String(validate=validate.OneOf(erasure.PARTS)))
    outcome: str = wire(fields.String(validate=validate.OneOf(erasure.OUTCOMES)))
    reason: str | None = wire(fields.String(validate=validate.OneOf(erasure.KEPT_BECAUSE)), default=None)


@event("intake.erasure_receipted")
class ErasureReceipted(Event):
    """What the receiving organisation has erased and what it keeps; a higher revision replaces a lower one."""

    referral_id: UUID = wire(fields.UUID())
    revision: int = wire(rules.number(1))
    receipted_at: datetime = wire(rules.moment())
    holdings: list[Holding] = wire(many(Holding, at_most=10))


@event("intake.history_asked")
class HistoryAsked(Event):
    """A node misses moves after a number, or has heard nothing of an open referral for long."""

    referral_id: UUID = wire(fields.UUID())
    after: int = wire(rules.number())


@record
class Cell(Record):
    """One count of a declared table: its codes, in the order of the table's dimensions."""

    table: str = wire(rules.text(60))
    codes: list[str] = wire(fields.List(fields.String(validate=validate.Length(max=60))))
    count: int = wire(rules.number())


@event("intake.counts_contributed")
class CountsContributed(Event):
    """A node's own counts for a period; a higher revision replaces a lower one."""

    workbook: int = wire(rules.number(1))
    period: str = wire(fields.String(validate=validate.Regexp(r"^\d{4}-Q[1-4]$")))
    revision: int = wire(rules.number(1))
    cells: list[Cell] = wire(many(Cell, at_most=50_000))


@record
class Service(Record):
    """A service that an organisation offers, in the words of HSDS 3.0.

    One that is ``full`` has the status ``paused``, which is what readers of before 1.1 know. ``assured_date`` is when
    the organisation last said that all this is true. An ``address`` that is confidential never stands here:
    ``contact`` says how its front gate is reached.
    """

    service_id: UUID = wire(fields.UUID())
    name: str = wire(rules.text(200))
    service_type: str = wire(rules.service_type())
    status: str = wire(fields.String(validate=validate.OneOf(("open", "paused"))))
    areas: list[str] = wire(fields.List(rules.text(100)))
    languages: list[str] = wire(fields.List(fields.String(validate=validate.Regexp("^[a-z]{3}$"))))
    minimum_age: int | None = wire(rules.number(), default=None)
    maximum_age: int | None = wire(rules.number(), default=None)
    genders: list[str] | None = wire(
        fields.List(fields.String(validate=validate.OneOf(codes.GENDERS))), default=None
    )
    full: bool | None = wire(fields.Boolean(), default=None)
    assured_date: date | None = wire(fields.Date(), default=None)
    eligibility_description: str | None = wire(rules.text(1000), default=None)
    required_documents: list[str] | None = wire(fields.List(rules.text(200)), default=None)
    contact: str | None = wire(rules.text(500), default=None)
    address: str | None = wire(rules.text(500), default=None)


@event("intake.services_offered", version="1.1")
class ServicesOffered(Event):
    """An organisation's whole offer; a higher revision replaces a lower one."""

    revision: int = wire(rules.number(1))
    services: list[Service] = wire(many(Service, at_most=500))


@record
class Wish(Record):
    """How somebody wants to be told of that kind of thing."""

    group: str = wire(fields.String(validate=validate.OneOf(codes.NOTICE_GROUPS)))
    way: str = wire(fields.String(validate=validate.OneOf(codes.NOTICE_WAYS)))


@record
class Contact(Record):
    """A staff member to be told that something waits; a ``supervisor`` also when others have not answered in time.

    Of a kind that ``wishes`` does not name (since 1.2) they are told as is usual.
    """

    contact_id: UUID = wire(fields.UUID())
    email: str = wire(fields.Email())
    language: str = wire(fields.String(validate=validate.OneOf(("en", "ru", "be", "uk"))))
    supervisor: bool | None = wire(fields.Boolean(), default=None)
    wishes: list[Wish] | None = wire(many(Wish, at_most=len(codes.NOTICE_GROUPS)), default=None)


@event("intake.contacts_changed", version="1.2")
class ContactsChanged(Event):
    """Whom at the organisation notices go to, and where they lead; a higher revision replaces a lower one.

    A node that ``tells_itself`` (since 1.2) writes to its own people: the hub is told of none, and tells none.
    """

    revision: int = wire(rules.number(1))
    inbox_url: str = wire(fields.Url(schemes={"http", "https"}, require_tld=False))
    contacts: list[Contact] = wire(many(Contact, at_most=500))
    tells_itself: bool | None = wire(fields.Boolean(), default=None)


@event("intake.people_called")
class PeopleCalled(Event):
    """Something waits for these members of staff, by the ids of their contacts; for nobody named, for all of them.

    It says nothing of what waits, so that the hub does not learn who works on what.
    """

    contact_ids: list[UUID] = wire(fields.List(fields.UUID(), validate=validate.Length(max=500)))
    urgent: bool = wire(fields.Boolean())


@event("intake.keys_changed")
class KeysChanged(Event):
    """An organisation says which keys it has from now on, or that it leaves; signed with the key that it had."""

    text: str = wire(fields.String(validate=validate.Length(max=10_000)))
    signature: str = wire(fields.String(validate=validate.Length(max=200)))


@event("intake.audit_checkpoint_made")
class AuditCheckpointMade(Event):
    """The node's audit has so many entries, and the last has that hash; whom its letter names are to witness it."""

    number: int = wire(rules.number(1))
    hash: str = wire(rules.digest())
    made_at: datetime = wire(rules.moment())


@event("intake.audit_checkpoint_witnessed")
class AuditCheckpointWitnessed(Event):
    """A node has stored another organisation's checkpoint, and never will another of that number."""

    org: str = wire(rules.organisation())
    number: int = wire(rules.number(1))
    hash: str = wire(rules.digest())


@event("intake.directory_asked")
class DirectoryAsked(Event):
    """A node lacks the newest directory, which never came; ``held`` is the version that it has, 0 for none."""

    held: int = wire(rules.number())


@event("intake.round_trip_asked")
class RoundTripAsked(Event):
    """Somebody at a node tries whether word gets to the hub, or to another organisation's node, and back."""

    trip_id: UUID = wire(fields.UUID())
    to: str = wire(rules.organisation())


@event("intake.round_trip_answered")
class RoundTripAnswered(Event):
    """A node, not a person, answers the round trip of that organisation, which it saw at that moment."""

    org: str = wire(rules.organisation())
    trip_id: UUID = wire(fields.UUID())
    seen_at: datetime = wire(rules.moment())


@event("intake.capacity_asked")
class CapacityAsked(Event):
    """Who could help somebody like that? The organisations that its letter names are asked.

    No field can hold a person or a case: an id that is made for the question, codes, and an area of the directory.
    """

    question_id: UUID = wire(fields.UUID())
    service_type: str = wire(rules.service_type())
    urgency: str = wire(rules.urgency())
    asked_at: datetime = wire(rules.moment())
    age_band: str | None = wire(
        fields.String(validate=validate.OneOf(codes.PUBLISHED_AGE_BANDS)), default=None
    )
    gender: str | None = wire(fields.String(validate=validate.OneOf(codes.GENDERS)), default=None)
    language: str | None = wire(fields.String(validate=validate.Regexp("^[a-z]{3}$")), default=None)
    area: str | None = wire(rules.text(100), default=None)


@event("intake.capacity_answered")
class CapacityAnswered(Event):
    """An organisation answers, by a person or by what it says of its own services; only the asker reads it."""

    question_id: UUID = wire(fields.UUID())
    to_org: str = wire(rules.organisation())
    answer: str = wire(fields.String(validate=validate.OneOf(codes.CAPACITY_ANSWERS)))
    by_machine: bool = wire(fields.Boolean())
    answered_at: datetime = wire(rules.moment())
