"""Consent: recorded in versions, and taken back."""

from datetime import date
from typing import Any

import pytest

from services.intake.domain import ConsentMissing
from services.intake.storage.tables import consents
from services.intake.tests.node import ADMIN, HERE, KEYLESS, STRANGER, THERE, WORKER, Node, moved_on
from services.intake.usecases.consent import record_consent, withdraw_consent
from services.intake.usecases.people import person_page
from services.intake.usecases.refusals import Invalid, NotFound
from shared.schemas.intake import MoveMade
from shared.schemas.life import Move, State

SCOPE = {
    "given_by": "individual",
    "purposes": ["referral"],
    "organisations": [THERE],
    "fields": ["given_name"],
}


def test_the_newest_version_counts_and_the_others_stay(node: Node) -> None:
    person = node.registers()

    record_consent(node.database, person.id, SCOPE, WORKER)
    record_consent(node.database, person.id, SCOPE | {"fields": ["phone"], "given_by": "guardian"}, WORKER)

    file = person_page(node.database, person.id, WORKER)
    assert file.consent is not None
    assert (file.consent.version, file.consent.given_by, file.consent.fields) == (2, "guardian", ("phone",))
    assert [consent.version for consent in file.consents] == [2, 1]


@pytest.mark.parametrize(
    ("given", "errors"),
    [
        ({"given_by": "neighbour"}, {"given_by": "unknown_code"}),
        ({"given_by": None}, {"given_by": "needed"}),
        ({"purposes": []}, {"purposes": "needed"}),
        ({"purposes": "referral"}, {"purposes": "not_a_list"}),
        ({"purposes": ["marketing"]}, {"purposes": "unknown_code"}),
        ({"organisations": []}, {"organisations": "needed"}),
        ({"organisations": ["nobody-knows"]}, {"organisations": "organisation_unknown"}),
        ({"organisations": [THERE, 7]}, {"organisations": "not_text"}),
        ({"fields": ["password_hash"]}, {"fields": "unknown_code"}),
        ({"fields": ["id"]}, {"fields": "unknown_code"}),
        ({"expires_on": "2026-03-01"}, {"expires_on": "in_the_past"}),
        ({"expires_on": "soon"}, {"expires_on": "not_a_date"}),
        ({"withdrawn_at": None, "version": 9}, {"withdrawn_at": "unknown_field", "version": "unknown_field"}),
    ],
)
def test_consent_to_what_is_not_there_is_refused(
    node: Node, given: dict[str, Any], errors: dict[str, str]
) -> None:
    person = node.registers()

    with pytest.raises(Invalid) as refused:
        record_consent(node.database, person.id, SCOPE | given, WORKER)

    assert refused.value.errors == errors
    assert node.rows(consents) == []


def test_consent_to_statistics_alone_names_no_organisation(node: Node) -> None:
    given = {"given_by": "caregiver", "purposes": ["statistics"], "expires_on": "2026-03-02"}

    consent = record_consent(node.database, node.registers().id, given, WORKER)

    assert (consent.organisations, consent.fields) == ((), ())
    assert (consent.expires_on, consent.legal_basis) == (date(2026, 3, 2), "consent")


@pytest.mark.parametrize("who", [STRANGER, ADMIN])
def test_others_neither_record_nor_withdraw(node: Node, who: Any) -> None:
    person, _ = node.has_case()

    with pytest.raises(NotFound):
        record_consent(node.database, person.id, SCOPE, who)
    with pytest.raises(NotFound):
        withdraw_consent(node.database, person.id, who)
    assert len(node.rows(consents)) == 1


def test_what_is_withdrawn_stays_withdrawn_until_consent_is_given_anew(node: Node) -> None:
    person, _ = node.has_case()

    first = withdraw_consent(node.database, person.id, WORKER)
    again = withdraw_consent(node.database, person.id, WORKER)

    assert first.withdrawn_at == node.at
    assert (again.version, len(node.rows(consents))) == (2, 2)
    node.has_consent(person)
    file = person_page(node.database, person.id, WORKER)
    assert file.consent is not None
    assert (file.consent.version, file.consent.withdrawn_at) == (3, None)


def test_without_consent_there_is_none_to_withdraw(node: Node) -> None:
    with pytest.raises(ConsentMissing, match="no_consent"):
        withdraw_consent(node.database, node.registers().id, WORKER)


def test_withdrawal_stops_every_open_referral_of_the_person_and_no_other(node: Node) -> None:
    person, case = node.has_case()
    others = node.sends()
    over, waiting, accepted = (node.sends(case) for _ in range(3))
    node.hears(*moved_on(over.id, HERE, THERE, Move.DELIVER, Move.REJECT))
    node.hears(*moved_on(accepted.id, HERE, THERE, Move.DELIVER, Move.ACCEPT))

    withdraw_consent(node.database, person.id, WORKER)

    stopped = [said.event for said in node.said(MoveMade)]
    assert {event.referral_id for event in stopped} == {waiting.id, accepted.id}
    assert {event.move for event in stopped} == {Move.WITHDRAW_CONSENT}
    assert node.page(accepted.id).referral.shown_state is State.WITHDRAWN
    assert node.page(over.id).referral.shown_state is State.REJECTED
    assert node.page(others.id).referral.shown_state is State.SENT


def test_an_organisation_without_a_node_can_be_consented_to(node: Node) -> None:
    given = SCOPE | {"organisations": [KEYLESS]}

    assert record_consent(node.database, node.registers().id, given, WORKER).organisations == (KEYLESS,)
