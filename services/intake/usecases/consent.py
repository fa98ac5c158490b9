"""Record what a person agrees to, and stop when they take it back."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from services.intake.domain import (
    GIVEN_BY,
    LEGAL_BASES,
    PURPOSES,
    SHAREABLE_FIELDS,
    About,
    Action,
    Actor,
    Consent,
    ConsentMissing,
    Referral,
)
from services.intake.domain.consent import CONFERENCE
from services.intake.storage import cases as case_rows
from services.intake.storage import directory as directory_rows
from services.intake.storage import erasures as erasure_rows
from services.intake.storage import people as people_rows
from services.intake.storage import referrals as referral_rows
from services.intake.usecases import audit
from services.intake.usecases.checks import checked, code, not_before, several, text
from services.intake.usecases.conference_ending import end_uncovered
from services.intake.usecases.moves import MoveOrder, move_on
from services.intake.usecases.refusals import Invalid, NotFound
from services.intake.usecases.withdrawing import ask_to_erase
from shared.clock import new_id
from shared.database import Database, Transaction
from shared.schemas.life import Move

NOTHING: dict[str, Any] = {"organisations": (), "fields": (), "legal_basis": "consent"}


def record_consent(database: Database, person_id: UUID, given: Mapping[str, Any], by: Actor) -> Consent:
    """Keep a new version, which is the one that counts from now on.

    ``given``: given_by, purposes, organisations, fields; perhaps expires_on (the last day) and legal_basis.
    Raises NotFound, or Invalid, also for an organisation that is not in the directory.
    """
    with database.transaction() as tx:
        before = _versions(tx, person_id, by)
        values = NOTHING | _checked(tx, given)
        version = before[0].version + 1 if before else 1
        known: dict[str, Any] = {
            "id": new_id(),
            "person_id": person_id,
            "given_at": tx.at,
            "recorded_by": by.username,
        }
        consent = Consent(version=version, **known, **values)
        people_rows.add_consent(tx, consent)
        audit.did(tx, by, Action.CONSENT_RECORDED, About(person_id))
        _end_conferences(tx, consent, by)
        return consent


def _versions(tx: Transaction, person_id: UUID, by: Actor) -> list[Consent]:
    """Newest first; the person is locked, so that no referral leaves meanwhile."""
    if people_rows.find_person(tx, person_id, seen_by=by, lock=True) is None:
        raise NotFound("person_not_found")
    return people_rows.consents_of(tx, person_id, seen_by=by)


def _checked(tx: Transaction, given: Mapping[str, Any]) -> dict[str, Any]:
    rules = {
        "given_by": code(GIVEN_BY),
        "purposes": several(code(PURPOSES)),
        "organisations": several(text(31)),
        "fields": several(code(SHAREABLE_FIELDS)),
        "legal_basis": code(LEGAL_BASES),
        "expires_on": not_before(tx.at.date()),
    }
    values = checked(given, rules, needed=("given_by", "purposes"))
    organisations = values.get("organisations", ())
    if {"referral", CONFERENCE} & {*values["purposes"]} and not organisations:
        raise Invalid({"organisations": "needed"})
    if set(organisations) - directory_rows.known_partners(tx, organisations):
        raise Invalid({"organisations": "organisation_unknown"})
    return values


def withdraw_forwarded(database: Database, referral_id: UUID, by: Actor) -> None:
    """Take back what was agreed to here when a referral was forwarded: who got it is told to stop and to erase.

    Raises NotFound for one that forwards none. Twice is as once.
    """
    with database.transaction() as tx:
        found = referral_rows.lock_referral(tx, referral_id, seen_by=by)
        agreed = erasure_rows.forward_consent_of(tx, referral_id)
        if found is None or agreed is None:
            raise NotFound("referral_not_found")
        audit.did(tx, by, Action.CONSENT_WITHDRAWN, About(referral_id=referral_id))
        _take_back(tx, found[0], by)


def _take_back(tx: Transaction, referral: Referral, by: Actor) -> None:
    if referral.is_open:
        move_on(tx, referral.id, MoveOrder(Move.WITHDRAW_CONSENT), by)
    elif not referral.refused:
        ask_to_erase(tx, referral, by.org)


def withdraw_consent(database: Database, person_id: UUID, by: Actor) -> Consent:
    """Take consent back: nothing more leaves, and everybody who was ever sent something is told to stop and to erase.

    Raises NotFound, or ConsentMissing when there is none to withdraw. Twice is as once.
    """
    with database.transaction() as tx:
        return take_back(tx, person_id, by)


def take_back(tx: Transaction, person_id: UUID, by: Actor, org: str | None = None) -> Consent:
    """The same within a transaction; with ``org`` from that organisation alone, and from whom it went on to."""
    before = _versions(tx, person_id, by)
    if not before:
        raise ConsentMissing("no_consent")
    newest = before[0]
    if newest.withdrawn_at is not None:
        return newest
    if org is None or org in newest.organisations:
        newest = _less(tx, newest, org, by)
    audit.did(tx, by, Action.CONSENT_WITHDRAWN, About(person_id))
    for referral in erasure_rows.sent_for_person(tx, person_id):
        if org in (None, referral.other_org):
            _take_back(tx, referral, by)
    _end_conferences(tx, newest, by)
    return newest


def _less(tx: Transaction, consent: Consent, org: str | None, by: Actor) -> Consent:
    left = tuple(one for one in consent.organisations if one != org)
    changed: dict[str, Any] = {"withdrawn_at": tx.at} if org is None else {"organisations": left}
    known: dict[str, Any] = {"id": new_id(), "version": consent.version + 1, "recorded_by": by.username}
    less = replace(consent, **known, **changed)
    people_rows.add_consent(tx, less)
    return less


def _end_conferences(tx: Transaction, consent: Consent, by: Actor) -> None:
    """Those that the newest consent does not cover any more."""
    found = case_rows.cases_of(tx, consent.person_id, seen_by=by)
    end_uncovered(tx, [case.id for case in found], consent)
