"""Sending a referral: what leaves, and what keeps it from leaving."""

from dataclasses import replace
from typing import Any

import orjson
import pytest

from services.intake.domain import ConsentMissing, Referral
from services.intake.storage.tables import moves, outbox, referrals
from services.intake.tests.node import (
    ADMIN,
    HERE,
    KEYLESS,
    STRANGER,
    THEIR_KEY,
    THERE,
    TICKED,
    WORKER,
    Node,
    directory,
    order,
    partner,
)
from services.intake.usecases.cases import add_need, case_page, open_case
from services.intake.usecases.consent import withdraw_consent
from services.intake.usecases.directory import _digest
from services.intake.usecases.referrals import send_referral
from services.intake.usecases.refusals import Invalid, NotFound
from shared.clock import new_id
from shared.schemas.intake import ReferralSent
from shared.schemas.life import Move, State
from shared.sealing import CannotOpen, KeyRing, OwnKeys, PrivateKey, open_sealed


def opened(node: Node, referral: Referral, key: PrivateKey = THEIR_KEY) -> Any:
    [said] = node.said(ReferralSent)
    context = f"person:{referral.id}".encode()
    return orjson.loads(open_sealed(said.letter.private, KeyRing(key), context=context))


def nothing_left(node: Node) -> bool:
    return node.said(ReferralSent) == [] and node.rows(referrals) == [] and node.rows(moves) == []


def test_exactly_the_ticked_fields_that_have_a_value_leave(node: Node) -> None:
    person = node.registers(birth_date="2015-06-01", gender="Woman", languages=["ukr"])
    node.has_consent(person, fields=["given_name", "birth_date", "languages", "citizenship", "phone"])
    case = open_case(node.database, person.id, WORKER)
    ticked = ("given_name", "birth_date", "languages", "citizenship")

    referral = send_referral(node.database, order(case, fields=ticked), WORKER)

    expected = {
        "given_name": "Sample",
        "birth_date": "2015-06-01",
        "languages": ["ukr"],
        "reason": "Needs a lawyer before the hearing.",
        "safe_contact": "phone",
        "case_reference": case.reference,
    }
    assert opened(node, referral) == expected
    assert node.page(referral.id).content == expected


def test_only_the_receiving_organisation_can_open_it(node: Node) -> None:
    referral = node.sends()

    with pytest.raises(CannotOpen):
        opened(node, referral, PrivateKey.generate())
    with pytest.raises(CannotOpen):
        opened(node, replace(referral, id=new_id()))


def test_nothing_of_the_person_stands_outside_the_sealed_part(node: Node) -> None:
    person, case = node.has_case(given_name="canary-name", phone="canary-phone")

    send_referral(node.database, order(case, reason="canary-reason"), WORKER)

    [row] = [row for row in node.rows(outbox) if row["awaits"]]
    body = row["body"]
    assert b"canary" not in body
    assert str(person.id).encode() not in body
    assert str(case.id).encode() not in body
    assert case.reference.encode() not in body


def test_it_is_kept_in_the_outbox_until_the_other_node_has_it(node: Node) -> None:
    referral = node.sends()

    [said] = node.said(ReferralSent)
    assert said.to == f"from.{HERE}.intake.referral_sent"
    assert said.awaits == f"sent:{referral.id}"
    assert (said.event.to_org, said.event.urgency) == (THERE, "urgent")
    assert said.event.sent_at == node.at


def test_it_shows_as_sent_and_not_yet_confirmed(node: Node) -> None:
    referral = node.sends()

    page = node.page(referral.id)
    assert page.referral == referral
    assert (referral.state, referral.number, referral.unconfirmed) == (State.SENT, 0, True)
    [line] = page.history
    assert (line.move, line.number, line.by_org) == (Move.SEND, None, HERE)


def test_its_need_is_planned_and_leads_back_to_the_person(node: Node) -> None:
    person, case = node.has_case()
    referral = node.sends(case)

    assert [need.state for need in case_page(node.database, case.id, WORKER).needs] == ["planned"]
    assert node.page(referral.id).referral.person_id == person.id


def test_without_consent_nothing_leaves(node: Node) -> None:
    case = open_case(node.database, node.registers().id, WORKER)

    with pytest.raises(ConsentMissing, match="no_consent"):
        send_referral(node.database, order(case), WORKER)

    assert nothing_left(node)


def test_after_consent_was_withdrawn_or_has_expired_nothing_leaves(node: Node) -> None:
    person, case = node.has_case()
    withdraw_consent(node.database, person.id, WORKER)
    with pytest.raises(ConsentMissing, match="consent_withdrawn"):
        send_referral(node.database, order(case), WORKER)

    node.has_consent(person, expires_on="2026-03-05")
    node.pass_time(days=4)
    with pytest.raises(ConsentMissing, match="consent_expired"):
        send_referral(node.database, order(case), WORKER)

    assert nothing_left(node)


@pytest.mark.parametrize(
    ("given", "code", "field"),
    [
        ({"purposes": ["statistics"]}, "purpose_not_consented", None),
        ({"organisations": [KEYLESS]}, "organisation_not_consented", None),
        ({"fields": ["phone"]}, "field_not_consented", "given_name"),
        ({"fields": []}, "field_not_consented", "given_name"),
    ],
)
def test_the_newest_consent_must_cover_all_of_it(
    node: Node, given: dict[str, Any], code: str, field: str | None
) -> None:
    person, case = node.has_case()
    node.has_consent(person, **given)

    with pytest.raises(ConsentMissing) as refused:
        send_referral(node.database, order(case), WORKER)

    assert (refused.value.code, refused.value.field) == (code, field)
    assert nothing_left(node)


@pytest.mark.parametrize(
    ("to_org", "code"),
    [
        ("nobody-knows", "organisation_unknown"),
        (HERE, "own_organisation"),
        (KEYLESS, "organisation_without_key"),
        ("", "needed"),
        ("a\0", "not_text"),
        ("x" * 32, "too_long"),
    ],
)
def test_it_goes_only_where_it_can_be_opened(node: Node, to_org: str, code: str) -> None:
    person, case = node.has_case()
    node.has_consent(person, organisations=[THERE, HERE, KEYLESS])

    with pytest.raises(Invalid) as refused:
        send_referral(node.database, order(case, to_org=to_org), WORKER)

    assert refused.value.errors == {"to_org": code}
    assert nothing_left(node)


def test_a_hub_that_names_a_key_of_its_own_is_not_believed(node: Node) -> None:
    named = directory(2, _digest(directory().dump()))
    hubs = OwnKeys.generate().public
    others = [replace(o, public_key=hubs.sealing, signing_key=hubs.signing) for o in named.organisations]
    node.hears(replace(named, organisations=others))

    referral = node.sends()

    assert opened(node, referral, THEIR_KEY)


def test_whoever_is_in_no_signed_register_can_be_sent_nothing(node: Node) -> None:
    named = directory(2, _digest(directory().dump()))
    others = [partner(KEYLESS, "Clinic", OwnKeys.generate(), []), *named.organisations[:2]]
    node.hears(replace(named, organisations=others))
    person, case = node.has_case()
    node.has_consent(person, organisations=[KEYLESS])

    with pytest.raises(Invalid) as refused:
        send_referral(node.database, order(case, to_org=KEYLESS), WORKER)

    assert refused.value.errors == {"to_org": "organisation_without_key"}
    assert nothing_left(node)


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"service_type": "magic"}, {"service_type": "unknown_code"}),
        ({"urgency": "asap"}, {"urgency": "unknown_code"}),
        ({"reason": "  "}, {"reason": "needed"}),
        ({"reason": "x" * 2001}, {"reason": "too_long"}),
        ({"reason": "a\0b"}, {"reason": "not_text"}),
        ({"fields": ("password",)}, {"fields": "unknown_code"}),
        ({"fields": ("search_key",)}, {"fields": "unknown_code"}),
        ({"fields": "phone"}, {"fields": "not_a_list"}),
        ({"safe_contact": ""}, {"safe_contact": "needed"}),
        ({"safe_contact": "at_home"}, {"safe_contact": "unknown_code"}),
    ],
)
def test_an_order_that_cannot_be_is_refused_by_field(
    node: Node, changes: dict[str, Any], errors: dict[str, str]
) -> None:
    _, case = node.has_case()

    with pytest.raises(Invalid) as refused:
        send_referral(node.database, order(case, **changes), WORKER)

    assert refused.value.errors == errors
    assert nothing_left(node)


@pytest.mark.parametrize("who", [STRANGER, ADMIN])
def test_others_cannot_send_for_our_case(node: Node, who: Any) -> None:
    _, case = node.has_case()

    with pytest.raises(NotFound, match="case_not_found"):
        send_referral(node.database, order(case), who)

    assert nothing_left(node)


def test_the_need_of_another_case_is_not_found(node: Node) -> None:
    _, case = node.has_case()
    _, other = node.has_case()
    need = add_need(node.database, other.id, "food", "low", WORKER)

    with pytest.raises(NotFound, match="need_not_found"):
        send_referral(node.database, order(case, need_id=need.id), WORKER)

    assert nothing_left(node)


def test_a_referral_may_name_no_field_and_no_need(node: Node) -> None:
    _, case = node.has_case()

    referral = send_referral(node.database, order(case, fields=()), WORKER)

    assert opened(node, referral).keys() == {"reason", "safe_contact", "case_reference"}


def test_ticking_a_field_twice_is_as_once(node: Node) -> None:
    _, case = node.has_case()

    referral = send_referral(node.database, order(case, fields=TICKED + TICKED), WORKER)

    assert opened(node, referral)["phone"] == "+000 00 000"
