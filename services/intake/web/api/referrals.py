"""Referrals out and in, and their moves."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from marshmallow import Schema, fields
from marshmallow.utils import get_value

from services.intake.domain import SAFE_CONTACT, SHAREABLE_FIELDS, Direction, HistoryLine, Referral
from services.intake.usecases import referrals as use
from services.intake.usecases.moves import MoveOrder, make_move
from services.intake.usecases.referrals import ReferralFile
from services.intake.usecases.sending import ReferralOrder, send_referral
from services.intake.web.api import said
from services.intake.web.api.part import Part
from services.intake.web.context import actor, database
from shared.schemas.codes import REFERRAL_PURPOSES, SERVICE_TYPES, URGENCIES
from shared.schemas.life import REASONS, Move, State

referrals = Part("Referrals", __name__, description="Referrals out and in")


class ReferralSaid(said.Said):
    """A referral to send. Only the named fields leave, and only what the consent covers may be named."""

    case_id = said.identifier(required=True)
    need_id = said.identifier()
    to_org = said.text(31, required=True)
    service_type = said.code(SERVICE_TYPES, required=True)
    urgency = said.code(URGENCIES, required=True)
    reason = said.text(2000, required=True)
    fields_ = said.codes(SHAREABLE_FIELDS, data_key="fields", attribute="fields", required=True)
    safe_contact = said.code(SAFE_CONTACT, required=True)
    purpose = said.code(REFERRAL_PURPOSES)


class MoveSaid(said.Said):
    """A move. Which of the others must be said depends on it."""

    move = said.code(tuple(Move), required=True)
    reason = said.code(REASONS)
    note = said.text(2000)
    outcome = said.text(2000)
    scheduled_for = said.moment()


class Filter(said.Said):
    """Which referrals are wanted."""

    direction = said.code(tuple(Direction))
    state = said.code(tuple(State))
    overdue = said.YesOrNo()
    cursor = said.identifier(metadata={"description": "`next` of the answer before"})


class ReferralShown(Schema):
    """Where a referral stands. ``unconfirmed``: our own last move waits for the network's word."""

    id = fields.UUID()
    direction = fields.String()
    other_org = fields.String()
    from_org = fields.Function(lambda shown: _party(shown, Direction.OUT), metadata={"type": "string"})
    to_org = fields.Function(lambda shown: _party(shown, Direction.IN), metadata={"type": "string"})
    case_id = fields.UUID(allow_none=True)
    need_id = fields.UUID(allow_none=True)
    reference = fields.String(allow_none=True)
    service_type = fields.String()
    urgency = fields.String()
    purpose = fields.String(allow_none=True)
    state = fields.String(attribute="shown_state")
    confirmed_state = fields.String(attribute="state")
    unconfirmed = fields.Boolean()
    refused = fields.Boolean(metadata={"description": "the network could not take the referral"})
    sent_at = fields.AwareDateTime(format="iso")
    acknowledge_by = fields.AwareDateTime(format="iso", allow_none=True)
    reply_by = fields.AwareDateTime(format="iso", allow_none=True)
    overdue = fields.Boolean()
    overdue_acknowledgement = fields.Boolean()
    overdue_reply = fields.Boolean()


def _party(shown: Any, ours: Direction) -> str:
    """Our own organisation on our side of the referral, the other one on theirs."""
    other: str = get_value(shown, "other_org")
    return actor().org if get_value(shown, "direction") == ours else other


class LineShown(Schema):
    """One move of the history; a refused one says the true state and what was allowed from it."""

    move = fields.String()
    state = fields.String()
    at = fields.AwareDateTime(format="iso", attribute="made_at")
    by_org = fields.String()
    number = fields.Integer(allow_none=True)
    reason = fields.String(allow_none=True)
    note = fields.String(allow_none=True)
    outcome = fields.String(allow_none=True)
    scheduled_for = fields.AwareDateTime(format="iso", allow_none=True)
    unconfirmed = fields.Function(
        lambda line: line.number is None and not line.refused, metadata={"type": "boolean"}
    )
    refused = fields.Boolean()
    allowed = fields.List(fields.String())
    unreadable = fields.String(allow_none=True)


class HeldShown(Schema):
    """What became of one part of what an organisation holds."""

    part = fields.String()
    outcome = fields.String()
    reason = fields.String(allow_none=True)


class CopyShown(Schema):
    """After consent was withdrawn: one who holds what we sent, and what it has said."""

    referral_id = fields.UUID()
    org = fields.String()
    was_forwarded = fields.Boolean()
    asked_at = fields.AwareDateTime(format="iso")
    answered_at = fields.AwareDateTime(format="iso", attribute="receipted_at", allow_none=True)
    holdings = fields.List(fields.Nested(HeldShown))
    overdue = fields.Function(lambda copy: copy.is_late(database().clock()), metadata={"type": "boolean"})


class ChildShown(Schema):
    """Where what we sent was forwarded to, and how it stands there."""

    to_org = fields.String()
    state = fields.String()
    at = fields.AwareDateTime(format="iso", attribute="recorded_at")


class WithdrawalShown(Schema):
    """After consent for a referral to us was withdrawn: what we have said."""

    asked_at = fields.AwareDateTime(format="iso")
    received = fields.String()
    received_because = fields.String(allow_none=True)
    own = fields.String()
    own_because = fields.String(allow_none=True)


class ReferralFileShown(ReferralShown):
    """A referral with what was shared, what happened, and what may be done now."""

    shared = fields.Dict(
        allow_none=True, metadata={"description": "exactly what left or came; null once it was erased"}
    )
    history = fields.List(fields.Nested(LineShown))
    withdrawal = fields.Nested(WithdrawalShown, allow_none=True)
    copies = fields.List(fields.Nested(CopyShown))
    children = fields.List(fields.Nested(ChildShown))
    allowed = fields.List(fields.String())


class PageShown(Schema):
    """Referrals, newest first; ``next`` is the cursor of those after them."""

    items = fields.List(fields.Nested(ReferralShown))
    next = fields.String(allow_none=True)


@referrals.post("/referrals")
@referrals.taking(ReferralSaid)
@referrals.answering(201, ReferralShown)
def send(given: dict[str, Any]) -> Referral:
    """Send a referral: sealed to the receiving organisation."""
    order = ReferralOrder(**{**given, "fields": tuple(given["fields"])})
    return send_referral(database(), order, actor())


@referrals.get("/referrals")
@referrals.taking(Filter, location="query")
@referrals.answering(200, PageShown)
def search(wanted: dict[str, Any]) -> dict[str, Any]:
    """Referrals out and in, fifty at a time."""
    cursor = str(wanted.pop("cursor", None) or "") or None
    found, following = use.list_referrals(database(), actor(), cursor=cursor, **wanted)
    return {"items": found, "next": following}


@referrals.get("/referrals/<uuid:referral_id>")
@referrals.answering(200, ReferralFileShown)
def referral(referral_id: UUID) -> dict[str, Any]:
    """One referral."""
    return file_shown(use.referral_page(database(), referral_id, actor()))


@referrals.post("/referrals/<uuid:referral_id>/moves")
@referrals.taking(MoveSaid)
@referrals.answering(200, ReferralFileShown)
def move(given: dict[str, Any], referral_id: UUID) -> dict[str, Any]:
    """Move a referral on. 409 says the state and what is allowed from it."""
    make_move(database(), referral_id, MoveOrder(**given), actor())
    return file_shown(use.referral_page(database(), referral_id, actor()))


def file_shown(file: ReferralFile) -> dict[str, Any]:
    """The file as ``ReferralFileShown`` takes it."""
    facts = asdict(file.referral) | {"overdue": file.referral.overdue}
    history: tuple[HistoryLine, ...] = file.history
    beside = {name: getattr(file, name) for name in ("withdrawal", "copies", "children")}
    return facts | beside | {"shared": file.content, "history": history, "allowed": file.allowed}
