"""Events published by the intake service, a partner's own node."""

from datetime import datetime
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
    """A service that an organisation offers, in the words of HSDS 3.0."""

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


@event("intake.services_offered")
class ServicesOffered(Event):
    """An organisation's whole offer; a higher revision replaces a lower one."""

    revision: int = wire(rules.number(1))
    services: list[Service] = wire(many(Service, at_most=500))


@record
class Contact(Record):
    """A staff member to be told that something waits."""

    contact_id: UUID = wire(fields.UUID())
    email: str = wire(fields.Email())
    language: str = wire(fields.String(validate=validate.OneOf(("en", "ru", "be", "uk"))))


@event("intake.contacts_changed")
class ContactsChanged(Event):
    """Whom at the organisation notices go to, and where they lead; a higher revision replaces a lower one."""

    revision: int = wire(rules.number(1))
    inbox_url: str = wire(fields.Url(schemes={"http", "https"}, require_tld=False))
    contacts: list[Contact] = wire(many(Contact, at_most=500))


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
