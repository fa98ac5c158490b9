"""What happened with a person, in the order in which it happened."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from flask import url_for
from flask_babel import gettext as _

from services.intake.domain import Action, Case, Consent, Kind, Referral, Sheet
from services.intake.usecases.people import PersonFile
from services.intake.web.context import organisation
from services.intake.web.words import word

WRITTEN = {
    Kind.SCREENING: Action.CASE_SCREENED,
    Kind.ASSESSMENT: Action.CASE_ASSESSED,
    Kind.SERVICE: Action.SERVICE_NOTED,
    Kind.FOLLOW_UP: Action.FOLLOW_UP_PLANNED,
    Kind.REOPENING: Action.CASE_REOPENED,
    Kind.CHILD: Action.CHILD_NOTED,
}  #: kinds of sheets, and what each is called among the things that happened


@dataclass(frozen=True)
class Happening:
    """One thing that happened, and where there is more about it."""

    at: datetime
    words: str
    address: str | None = None


def timeline(file: PersonFile) -> list[Happening]:
    """Newest first."""
    happened = [Happening(file.person.created_at, _("Registered"))]
    happened += [_of_consent(consent) for consent in file.consents]
    happened += [one for case in file.cases for one in _of_case(case)]
    happened += [_of_sheet(sheet) for sheet in file.sheets if sheet.kind in WRITTEN]
    happened += [_of_referral(referral) for referral in file.referrals]
    return sorted(happened, key=lambda one: one.at)[::-1]  # of two at one moment, the later in the list


def _of_consent(consent: Consent) -> Happening:
    if consent.withdrawn_at is not None:
        words = (
            _("Consent withdrawn") if consent.recorded_by else _("Consent withdrawn with the printed code")
        )
        return Happening(consent.withdrawn_at, words)
    if not consent.recorded_by:
        return Happening(consent.given_at, _("Consent withdrawn in part with the printed code"))
    return Happening(consent.given_at, _("Consent recorded, version %(number)d", number=consent.version))


def _of_case(case: Case) -> Iterator[Happening]:
    yield Happening(case.opened_at, _("Case %(reference)s opened", reference=case.reference))
    if case.closed_at is not None:
        why = word("closure", case.closure_reason or "other")
        yield Happening(
            case.closed_at, _("Case %(reference)s closed: %(why)s", reference=case.reference, why=why)
        )
    if case.erased_at is not None:
        yield Happening(case.erased_at, _("Case %(reference)s erased", reference=case.reference))


def _of_sheet(sheet: Sheet) -> Happening:
    where = url_for("casework.page", case_id=sheet.case_id) if sheet.case_id else None
    return Happening(sheet.at, word("action", WRITTEN[sheet.kind]), where)


def _of_referral(referral: Referral) -> Happening:
    to = organisation(referral.other_org)
    service = word("service_type", referral.service_type)
    words = _("Referral sent to %(to)s: %(service)s", to=to, service=service)
    return Happening(referral.sent_at, words, url_for("referrals.page", referral_id=referral.id))
