"""Send a referral: exactly the ticked and consented fields leave, sealed, with the commit or not at all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from services.intake.domain import (
    SAFE_CONTACT,
    SHAREABLE_FIELDS,
    About,
    Action,
    Actor,
    ConsentMissing,
    Direction,
    HistoryLine,
    Partner,
    Referral,
)
from services.intake.storage import sending as sending_rows
from services.intake.storage.sending import Asked, BeforeSending, Sent
from services.intake.usecases import audit
from services.intake.usecases.checks import checked, code, several, text
from services.intake.usecases.freshness import not_now
from services.intake.usecases.holding import AT_ONCE, sending_waits_until
from services.intake.usecases.refusals import Conflict, Invalid, NotFound
from services.intake.usecases.sealed_parts import KeyUnusable, person_content, seal_person
from shared.clock import new_id
from shared.database import Database, Transaction
from shared.messaging.message import HUB
from shared.messaging.spoken import Spoken
from shared.messaging.topology import from_node
from shared.schemas.codes import REFERRAL_PURPOSES, SERVICE_TYPES, URGENCIES
from shared.schemas.intake import ReferralSent
from shared.schemas.life import Move, State
from shared.sealing import Letter
from shared.values import value

RULES = {
    "to_org": text(31),
    "service_type": code(SERVICE_TYPES),
    "urgency": code(URGENCIES),
    "reason": text(),
    "fields": several(code(SHAREABLE_FIELDS)),
    "safe_contact": code(SAFE_CONTACT),
    "purpose": code(REFERRAL_PURPOSES),
}
NEEDED = RULES.keys() - {"fields", "purpose"}


@dataclass(frozen=True)
class ReferralOrder:
    """What somebody wants to refer.

    ``fields`` are the ticked ones of ``domain.SHAREABLE_FIELDS``; ``reason`` is up to 2000 characters for the
    receiving organisation only; ``safe_contact`` is one of ``domain.SAFE_CONTACT``; ``purpose`` perhaps one of
    ``codes.REFERRAL_PURPOSES``.
    """

    case_id: UUID
    to_org: str
    service_type: str
    urgency: str
    reason: str
    fields: tuple[str, ...]
    safe_contact: str
    need_id: UUID | None = None
    purpose: str | None = None


def send_referral(database: Database, order: ReferralOrder, by: Actor, undo: timedelta = AT_ONCE) -> Referral:
    """Send it: stored, sealed and in the outbox in one commit; it waits there for ``undo``, but for an emergency.

    Raises NotFound (case_not_found, need_not_found), Conflict when the case is closed, ConsentMissing, or
    Invalid; of ``to_org``: organisation_unknown, organisation_without_key, own_organisation, and while our directory
    is too old directory_old or directory_too_old.
    """
    given = {name: getattr(order, name) for name in RULES}
    values = {"fields": ()} | checked(given, RULES, needed=NEEDED)
    return database.together(_send_all)(_Wish(order, values, by, undo))


@value(frozen=True)
class _Wish:
    """A referral that somebody wants to send, its values checked."""

    order: ReferralOrder
    values: dict[str, Any]
    by: Actor
    undo: timedelta


def _send_all(tx: Transaction, wishes: Sequence[_Wish]) -> list[Referral | Exception]:
    """Those who send at the same moment share a transaction; what is refused to one does not touch the others."""
    asked = [Asked(w.order.case_id, w.order.need_id, w.values["to_org"], w.by) for w in wishes]
    found = sending_rows.before_sending(tx, asked)
    not_to = not_now(tx, {one.to_org for one in asked})
    outcomes = [_try(tx, wish, before, not_to) for wish, before in zip(wishes, found, strict=True)]
    send_off(tx, [outcome for outcome in outcomes if isinstance(outcome, Leaving)])
    return [outcome.referral if isinstance(outcome, Leaving) else outcome for outcome in outcomes]


def _try(
    tx: Transaction, wish: _Wish, found: BeforeSending | None, not_to: Mapping[str, str]
) -> "Leaving | Exception":
    try:
        before = _require_open(found, wish.order)
        partner = receiver_of(before.partner, wish.by, not_to)
        _require_consent(before, wish.values, tx.at)
        return _send(tx, before, partner, wish)
    except (NotFound, Conflict, ConsentMissing, Invalid) as refused:
        return refused


def _require_open(found: BeforeSending | None, order: ReferralOrder) -> BeforeSending:
    if found is None:
        raise NotFound("case_not_found")
    if found.status != "open":
        raise Conflict(found.status)
    if found.person.missing is not None:
        raise Conflict(found.person.missing)
    if order.need_id is not None and found.need is None:
        raise NotFound("need_not_found")
    return found


def receiver_of(partner: Partner | None, by: Actor, not_to: Mapping[str, str]) -> Partner:
    """The organisation, if it can receive something from us; raises Invalid of ``to_org``."""
    if partner is None:
        raise Invalid({"to_org": "organisation_unknown"})
    if partner.org == by.org:
        raise Invalid({"to_org": "own_organisation"})
    if not partner.reachable:
        raise Invalid({"to_org": "organisation_without_key"})
    if partner.org in not_to:
        raise Invalid({"to_org": not_to[partner.org]})
    return partner


def _require_consent(before: BeforeSending, values: dict[str, Any], at: datetime) -> None:
    if before.consent is None:
        raise ConsentMissing("no_consent")
    before.consent.require(values["to_org"], values["fields"], at.date())


def _send(tx: Transaction, before: BeforeSending, partner: Partner, wish: _Wish) -> "Leaving":
    values, by = wish.values, wish.by
    referral = _referral(tx, before, values, wish.undo)
    content = person_content(
        before.person,
        values["fields"],
        reason=values["reason"],
        safe_contact=values["safe_contact"],
        reference=before.reference,
    )
    audit.did(tx, by, Action.REFERRAL_SENT, About(before.person.id, before.case_id, referral.id))
    return written(referral, content, partner, by)


def _referral(tx: Transaction, before: BeforeSending, values: dict[str, Any], undo: timedelta) -> Referral:
    return Referral(
        id=new_id(),
        direction=Direction.OUT,
        other_org=values["to_org"],
        service_type=values["service_type"],
        urgency=values["urgency"],
        sent_at=tx.at,
        number=0,
        state=State.SENT,
        shown_state=State.SENT,
        unconfirmed=True,
        case_id=before.case_id,
        person_id=before.person.id,
        need_id=before.need.id if before.need else None,
        reference=before.reference,
        held_until=sending_waits_until(values["urgency"], tx.at, undo),
        purpose=values.get("purpose"),
    )


@value(frozen=True)
class Leaving:
    """A new referral of ours, exactly what leaves with it, and what its letter says."""

    referral: Referral
    content: dict[str, Any]
    spoken: Spoken
    by: Actor


def written(referral: Referral, content: dict[str, Any], partner: Partner, by: Actor) -> Leaving:
    """A new referral, sealed to who receives it; raises Invalid of ``to_org``."""
    try:
        sealed = seal_person(content, referral.id, to=partner.public_key)
    except KeyUnusable:
        raise Invalid({"to_org": "organisation_without_key"}) from None
    spoken = Spoken(
        _said_of(referral),
        to=from_node(by.org),
        subject=referral.id,
        readers=(HUB, partner.org),
        awaits=f"sent:{referral.id}",
        private=sealed,
        not_before=referral.held_until,
    )
    return Leaving(referral, content, spoken, by)


def send_off(tx: Transaction, leaving: Sequence[Leaving]) -> None:
    """Keep them and let them leave with the commit, signed together."""
    letters = tx.outbox.publish_letters(tx, [one.spoken for one in leaving])
    sending_rows.add_sent(tx, [_sent(tx, one, letter) for one, letter in zip(leaving, letters, strict=True)])


def _sent(tx: Transaction, leaving: Leaving, letter: Letter) -> Sent:
    id_, by = leaving.referral.id, leaving.by
    first = HistoryLine(None, id_, Move.SEND, State.SENT, by_org=by.org, made_at=tx.at, letter=letter.hash)
    return Sent(leaving.referral, leaving.content, first, by, letter)


def _said_of(referral: Referral) -> ReferralSent:
    """What everybody on its way may know of a new referral of ours."""
    return ReferralSent(
        referral_id=referral.id,
        to_org=referral.other_org,
        service_type=referral.service_type,
        urgency=referral.urgency,
        sent_at=referral.sent_at,
        parent=referral.parent_id,
        purpose=referral.purpose,
    )
