"""Where what was shared goes on to, and how it is taken back."""

from typing import Any
from uuid import UUID

from services.intake.domain import GIVEN_BY, SAFE_CONTACT, SHAREABLE_FIELDS, Consent, Referral
from services.intake.usecases.consent import withdraw_consent, withdraw_forwarded
from services.intake.usecases.erasures import decide_own_records
from services.intake.usecases.forwarding import ForwardOrder, forward_referral
from services.intake.usecases.referrals import referral_page
from services.intake.web.api import said
from services.intake.web.api.part import Part
from services.intake.web.api.people import ConsentShown
from services.intake.web.api.referrals import (
    ReferralFileShown,
    ReferralShown,
    file_shown,
)
from services.intake.web.context import actor, database
from shared.schemas.codes import URGENCIES
from shared.schemas.erasure import ERASED, KEPT, NOTHING, REASONS_OF_PEOPLE

sharing = Part("Sharing", __name__, description="Forwards, and consent that is taken back")


class ForwardSaid(said.Said):
    """A referral to us to send on, and who has agreed to it. Only the named fields of what came leave."""

    to_org = said.text(31, required=True)
    urgency = said.code(URGENCIES, required=True)
    reason = said.text(2000, required=True)
    fields_ = said.codes(SHAREABLE_FIELDS, data_key="fields", attribute="fields", required=True)
    safe_contact = said.code(SAFE_CONTACT, required=True)
    given_by = said.code(GIVEN_BY, required=True)


class OwnRecordsSaid(said.Said):
    """What became of own records after consent was withdrawn; a reason where they are kept."""

    outcome = said.code((NOTHING, ERASED, KEPT), required=True)
    reason = said.code(REASONS_OF_PEOPLE)


class NothingSaid(said.Said):
    """No field."""


@sharing.post("/people/<uuid:person_id>/withdraw")
@sharing.taking(NothingSaid)
@sharing.answering(200, ConsentShown)
def withdraw(_given: dict[str, Any], person_id: UUID) -> Consent:
    """Take consent back: everybody who was ever sent something is told to stop and to erase."""
    return withdraw_consent(database(), person_id, actor())


@sharing.post("/referrals/<uuid:referral_id>/forward")
@sharing.taking(ForwardSaid)
@sharing.answering(201, ReferralShown)
def forward(given: dict[str, Any], referral_id: UUID) -> Referral:
    """Send on a referral that came, with fresh consent; answers the new one."""
    order = ForwardOrder(**{**given, "fields": tuple(given["fields"])})
    return forward_referral(database(), referral_id, order, actor())


@sharing.post("/referrals/<uuid:referral_id>/withdraw")
@sharing.taking(NothingSaid)
@sharing.answering(200, ReferralFileShown)
def withdraw_one(_given: dict[str, Any], referral_id: UUID) -> dict[str, Any]:
    """Take back what was agreed to when the referral was forwarded from here."""
    withdraw_forwarded(database(), referral_id, actor())
    return file_shown(referral_page(database(), referral_id, actor()))


@sharing.post("/referrals/<uuid:referral_id>/own-records")
@sharing.taking(OwnRecordsSaid)
@sharing.answering(200, ReferralFileShown)
def own_records(given: dict[str, Any], referral_id: UUID) -> dict[str, Any]:
    """Say what became of own records, after consent for a referral to us was withdrawn."""
    decide_own_records(database(), referral_id, given["outcome"], given.get("reason"), actor())
    return file_shown(referral_page(database(), referral_id, actor()))
