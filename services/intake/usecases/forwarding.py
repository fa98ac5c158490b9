"""Forward a referral that came to us: with fresh consent, of what came exactly the ticked fields, in one commit."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson

from services.intake.domain import (
    GIVEN_BY,
    SAFE_CONTACT,
    SHAREABLE_FIELDS,
    About,
    Action,
    Actor,
    Direction,
    ForwardConsent,
    Referral,
)
from services.intake.storage import directory as directory_rows
from services.intake.storage import erasures as erasure_rows
from services.intake.storage import need_to_know
from services.intake.storage import referrals as referral_rows
from services.intake.usecases import audit
from services.intake.usecases.checks import checked, code, several, text
from services.intake.usecases.freshness import not_now
from services.intake.usecases.moves import MoveOrder, move_on
from services.intake.usecases.refusals import Conflict, Invalid, NotFound
from services.intake.usecases.sending import receiver_of, send_off, written
from shared.clock import new_id
from shared.database import Database, Transaction
from shared.schemas.codes import URGENCIES
from shared.schemas.life import Move, State, allowed

RULES = {
    "to_org": text(31),
    "urgency": code(URGENCIES),
    "reason": text(),
    "fields": several(code(SHAREABLE_FIELDS)),
    "safe_contact": code(SAFE_CONTACT),
    "given_by": code(GIVEN_BY),
}
NEEDED = RULES.keys() - {"fields"}


@dataclass(frozen=True)
class ForwardOrder:
    """What somebody wants to forward, and who agreed to it for the person: one of ``domain.GIVEN_BY``.

    ``fields`` are of those that came with the referral; nothing else of it goes on. The others as in ``ReferralOrder``.
    """

    to_org: str
    urgency: str
    reason: str
    fields: tuple[str, ...]
    safe_contact: str
    given_by: str


def may_go_on(content: Mapping[str, Any] | None) -> list[str]:
    """Of what came, the fields that can be ticked, in the order of the list."""
    return [name for name in SHAREABLE_FIELDS if name in (content or {})]


def forward_referral(database: Database, referral_id: UUID, order: ForwardOrder, by: Actor) -> Referral:
    """Record the consent, send the new referral and move the one that came to ``forwarded``, all or nothing.

    Returns the new one. Raises NotFound, Invalid (also of ``fields``: not_received), or Conflict with the state and
    what is allowed from it, or with why nothing of it is here (``erased``, ``unreadable``).
    """
    values = {"fields": ()} | checked(vars(order), RULES, needed=NEEDED)
    with database.transaction() as tx:
        parent, content = _forwardable(tx, referral_id, by)
        if set(values["fields"]) - content.keys():
            raise Invalid({"fields": "not_received"})
        to_org = values["to_org"]
        partner = receiver_of(directory_rows.find_partner(tx, to_org), by, not_now(tx, {to_org}))
        child = _child(tx, parent, values)
        send_off(tx, [written(child, _leaving(content, values), partner, by)])
        _record(tx, child, values, by)
        move_on(tx, parent.id, MoveOrder(Move.FORWARD), by)
        _let_the_same_work_on(tx, parent.id, child.id, by)
        return child


def _forwardable(tx: Transaction, referral_id: UUID, by: Actor) -> tuple[Referral, dict[str, Any]]:
    found = referral_rows.lock_content(tx, referral_id, seen_by=by)
    if found is None or found[0].direction is not Direction.IN:
        raise NotFound("referral_not_found")
    referral, content = found
    if Move.FORWARD not in allowed(referral.shown_state, referral.direction.party):
        raise Conflict(referral.shown_state, referral.allowed)
    if content is None or erasure_rows.withdrawal_of(tx, referral_id):
        raise Conflict(referral.missing or "erased")
    return referral, content


def _leaving(content: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    ticked = {name: content[name] for name in values["fields"]}
    said = ticked | {"reason": values["reason"], "safe_contact": values["safe_contact"]}
    leaving: dict[str, Any] = orjson.loads(orjson.dumps(said))
    return leaving


def _child(tx: Transaction, parent: Referral, values: Mapping[str, Any]) -> Referral:
    return Referral(
        id=new_id(),
        direction=Direction.OUT,
        other_org=values["to_org"],
        service_type=parent.service_type,
        urgency=values["urgency"],
        sent_at=tx.at,
        number=0,
        state=State.SENT,
        shown_state=State.SENT,
        unconfirmed=True,
        parent_id=parent.id,
    )


def _record(tx: Transaction, child: Referral, values: Mapping[str, Any], by: Actor) -> None:
    about = About(referral_id=child.id)
    consent = ForwardConsent(
        referral_id=child.id,
        given_by=values["given_by"],
        to_org=child.other_org,
        fields=tuple(values["fields"]),
        given_at=tx.at,
        recorded_by=by.username,
    )
    erasure_rows.add_forward_consent(tx, consent)
    audit.did(tx, by, Action.CONSENT_RECORDED, about)
    audit.did(tx, by, Action.REFERRAL_FORWARDED, about)


def _let_the_same_work_on(tx: Transaction, parent_id: UUID, child_id: UUID, by: Actor) -> None:
    team = set(need_to_know.referral_team(tx, parent_id)) | (
        {by.username} if not by.sees_every_case else set()
    )
    need_to_know.set_referral_team(tx, child_id, team)
