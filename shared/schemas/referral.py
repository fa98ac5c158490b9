"""Events published by the referral service, which decides the order of moves and keeps the directory."""

from datetime import datetime
from uuid import UUID

from marshmallow import fields, validate

from shared.schemas import codes, rules
from shared.schemas.intake import Holding, Service
from shared.schemas.life import Move, State
from shared.schemas.registry import Event, Record, event, many, one, record, wire


@event("referral.offered", version="2.1", reads=(1,))
class Offered(Event):
    """A referral waits for the organisation; its sender's letter, named by its hash, is enclosed.

    ``recorded_at`` and ``link`` are those of its first move. In version 1 the person's part stood in
    ``sealed_person``. ``parent`` is the referral to its sender that it forwards, if it forwards one, and
    ``purpose`` what it is for beside its service (both since 2.1).
    """

    referral_id: UUID = wire(fields.UUID())
    from_org: str = wire(rules.organisation())
    service_type: str = wire(rules.service_type())
    urgency: str = wire(rules.urgency())
    sent_at: datetime = wire(rules.moment())
    acknowledge_by: datetime = wire(rules.moment())
    reply_by: datetime = wire(rules.moment())
    letter: str | None = wire(rules.digest(), default=None)
    recorded_at: datetime | None = wire(rules.moment(), default=None)
    link: str | None = wire(rules.digest(), default=None)
    sealed_person: str | None = wire(rules.sealed(), default=None)
    parent: UUID | None = wire(fields.UUID(), default=None)
    purpose: str | None = wire(rules.purpose(), default=None)


@record
class NumberedMove(Record):
    """A move that stands, with its number in the referral's one order.

    ``letter`` is the hash of its maker's letter, ``link`` the chain's hash up to here; a referral that began under
    version 0.1.0 has neither.
    """

    number: int = wire(rules.number(1))
    move_id: UUID = wire(fields.UUID())
    move: Move = wire(rules.move())
    state: State = wire(rules.state())
    by_org: str = wire(rules.organisation())
    made_at: datetime = wire(rules.moment())
    recorded_at: datetime = wire(rules.moment())
    reason: str | None = wire(rules.reason(), default=None)
    letter: str | None = wire(rules.digest(), default=None)
    link: str | None = wire(rules.digest(), default=None)
    sealed_note: str | None = wire(rules.sealed(), default=None)


@event("referral.moved", version="1.1")
class Moved(NumberedMove, Event):
    """A move was allowed and numbered; said to both organisations and to the hub's services."""

    referral_id: UUID = wire(fields.UUID())
    from_org: str = wire(rules.organisation())
    to_org: str = wire(rules.organisation())
    service_type: str = wire(rules.service_type())
    urgency: str = wire(rules.urgency())
    acknowledge_by: datetime = wire(rules.moment())
    reply_by: datetime = wire(rules.moment())


@event("referral.erasure_passed")
class ErasurePassed(Event):
    """Consent was withdrawn: the node is to erase what came with this referral to it, and to say so.

    The sender's own letter that asks for it is enclosed and named by its hash. There is none where it was asked for a
    referral from which this one was forwarded: who asked is not told.
    """

    referral_id: UUID = wire(fields.UUID())
    asked_at: datetime = wire(rules.moment())
    letter: str | None = wire(rules.digest(), default=None)


@record
class Holder(Record):
    """An organisation to which something went, with which referral, and what it has said; none of it yet is null.

    ``letter`` is the hash of its receipt, where that is enclosed.
    """

    referral_id: UUID = wire(fields.UUID())
    org: str = wire(rules.organisation())
    revision: int | None = wire(rules.number(1), default=None)
    receipted_at: datetime | None = wire(rules.moment(), default=None)
    holdings: list[Holding] | None = wire(many(Holding, at_most=10), default=None)
    letter: str | None = wire(rules.digest(), default=None)


@event("referral.erasure_answered")
class ErasureAnswered(Event):
    """All who hold what came with the referral or was forwarded from it, and what each has said.

    Holders are only added, and their revisions only rise.
    """

    referral_id: UUID = wire(fields.UUID())
    holders: list[Holder] = wire(many(Holder, at_most=1_000))


@event("referral.child_moved")
class ChildMoved(Event):
    """What became of a referral to you that was forwarded: its state, said to the sender of the one before."""

    referral_id: UUID = wire(fields.UUID())
    child_id: UUID = wire(fields.UUID())
    to_org: str = wire(rules.organisation())
    number: int = wire(rules.number(1))
    state: State = wire(rules.state())
    recorded_at: datetime = wire(rules.moment())


@event("referral.move_refused")
class MoveRefused(Event):
    """A move crossed with another and does not stand; says the true state and what is allowed from it.

    A refused ``send`` has no state: the referral could not be taken at all.
    """

    referral_id: UUID = wire(fields.UUID())
    move_id: UUID = wire(fields.UUID())
    move: Move = wire(rules.move())
    number: int = wire(rules.number())
    state: State | None = wire(rules.state(), default=None)
    allowed: list[Move] = wire(fields.List(rules.move()))


@event("referral.history", version="1.1")
class History(Event):
    """The moves of a referral after a number, for a node that asked or repeated itself."""

    referral_id: UUID = wire(fields.UUID())
    acknowledge_by: datetime = wire(rules.moment())
    reply_by: datetime = wire(rules.moment())
    moves: list[NumberedMove] = wire(many(NumberedMove, at_most=10_000))


@event("referral.overdue", version="1.1")
class Overdue(Event):
    """A deadline passed without a person's acknowledgement, or without a decision. Changes no state.

    It is said again on each ``rung`` of the ladder, with the one that follows, and when.
    """

    referral_id: UUID = wire(fields.UUID())
    from_org: str = wire(rules.organisation())
    to_org: str = wire(rules.organisation())
    service_type: str = wire(rules.service_type())
    urgency: str = wire(rules.urgency())
    level: str = wire(fields.String(validate=validate.OneOf(("acknowledgement", "reply"))))
    due_at: datetime = wire(rules.moment())
    flagged_at: datetime = wire(rules.moment())
    rung: str | None = wire(fields.String(validate=validate.OneOf(codes.RUNGS)), default=None)
    next_rung: str | None = wire(fields.String(validate=validate.OneOf(codes.RUNGS)), default=None)
    next_at: datetime | None = wire(rules.moment(), default=None)


@record
class Organisation(Record):
    """One organisation of the directory, its keys and its offer.

    ``public_key`` is the one to seal to it with, ``signing_key`` the one to check what it says with.
    """

    org: str = wire(rules.organisation())
    name: str = wire(rules.text(200))
    public_key: str | None = wire(fields.String(), default=None)
    signing_key: str | None = wire(fields.String(), default=None)
    services: list[Service] = wire(many(Service, at_most=500))


@record
class Signed(Record):
    """A signature in base64; ``by`` is the id of the root key that made it."""

    by: str = wire(fields.String(validate=validate.Length(max=64)))
    signature: str = wire(fields.String(validate=validate.Length(max=200)))


@record
class KeyStatement(Record):
    """What a party says of its own keys, as it signed it; the signature is base64."""

    text: str = wire(fields.String(validate=validate.Length(max=10_000)))
    signature: str = wire(fields.String(validate=validate.Length(max=200)))


@record
class KeyRegister(Record):
    """The register of keys: its signed text, and what parties have said of their own keys since."""

    text: str = wire(fields.String())
    signatures: list[Signed] = wire(many(Signed, at_most=100))
    statements: list[KeyStatement] = wire(many(KeyStatement, at_most=50_000))


@event("referral.directory_published", version="1.3")
class DirectoryPublished(Event):
    """A new version of the directory, whole, naming the hash of the one before.

    Whose keys are whose is believed by its ``register`` only; those beside the names are for readers of before 1.2.
    """

    directory_version: int = wire(rules.number(1))
    previous: str = wire(fields.String(validate=validate.Length(max=64)))
    organisations: list[Organisation] = wire(many(Organisation, at_most=5_000))
    register: KeyRegister | None = wire(one(KeyRegister), default=None)


@event("referral.audit_checkpoint_passed")
class AuditCheckpointPassed(Event):
    """An organisation asks this node to witness its checkpoint, whose letter is enclosed and named by its hash."""

    org: str = wire(rules.organisation())
    letter: str = wire(rules.digest())


@event("referral.audit_checkpoint_witnessed")
class AuditCheckpointKept(Event):
    """A checkpoint of this node is witnessed: by the hub, which says so itself, or by the enclosed letter's writer."""

    number: int = wire(rules.number(1))
    hash: str = wire(rules.digest())
    witness: str = wire(rules.organisation())
    letter: str | None = wire(rules.digest(), default=None)


@event("referral.directory_dated", version="1.1")
class DirectoryDated(Event):
    """The hub's word of a moment: this version of the directory, and this of the register, are the newest now.

    ``hub_version`` is of the software that the hub runs (since 1.1).
    """

    directory_version: int = wire(rules.number(1))
    hash: str = wire(rules.digest())
    said_at: datetime = wire(rules.moment())
    register_version: int | None = wire(rules.number(1), default=None)
    register_hash: str | None = wire(rules.digest(), default=None)
    hub_version: str | None = wire(rules.version(), default=None)
