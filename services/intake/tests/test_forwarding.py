"""Forward what came: with fresh consent, of what came exactly the ticked fields, and withdrawn in its turn."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest

from services.intake.domain import Action
from services.intake.storage.erasure_tables import forward_consents
from services.intake.storage.tables import referrals
from services.intake.tests.node import (
    COLLEAGUE,
    FOCAL_POINT,
    HERE,
    KEYLESS,
    THEIR_KEY,
    THERE,
    WORKER,
    Node,
    moved_on,
)
from services.intake.tests.test_audit import kept
from services.intake.tests.test_erasures import passed
from services.intake.usecases.consent import withdraw_forwarded
from services.intake.usecases.erasing import erase_what_is_due
from services.intake.usecases.forwarding import ForwardOrder, forward_referral
from services.intake.usecases.moves import MoveOrder, make_move
from services.intake.usecases.referrals import referral_page
from services.intake.usecases.refusals import Conflict, Invalid, NotFound
from shared.clock import new_id
from shared.messaging.message import HUB
from shared.schemas.intake import ErasureAsked, MoveMade, ReferralSent
from shared.schemas.life import Move, State
from shared.schemas.referral import MoveRefused
from shared.sealing import KeyRing, open_sealed


def order(**changes: Any) -> ForwardOrder:
    given: dict[str, Any] = {
        "to_org": THERE,
        "urgency": "urgent",
        "reason": "Needs a doctor.",
        "fields": ("given_name",),
        "safe_contact": "in_person",
        "given_by": "individual",
    }
    return ForwardOrder(**given | changes)


@pytest.fixture
def came(node: Node) -> UUID:
    return node.received(given_name="Tamarisk", phone="+000 11 111")


def test_both_referrals_change_in_one_commit(node: Node, came: UUID) -> None:
    child = forward_referral(node.database, came, order(), WORKER)

    assert node.page(came).referral.shown_state is State.FORWARDED
    [sent], [moved] = node.said(ReferralSent), node.said(MoveMade)
    assert (sent.event.referral_id, sent.event.parent, sent.event.to_org) == (child.id, came, THERE)
    assert (moved.event.referral_id, moved.event.move) == (came, Move.FORWARD)
    assert sent.letter.said.readers == (HUB, THERE)
    assert sent.awaits == f"sent:{child.id}"


def test_of_what_came_exactly_the_ticked_fields_leave(node: Node, came: UUID) -> None:
    child = forward_referral(node.database, came, order(), WORKER)

    [sent] = node.said(ReferralSent)
    context = f"person:{child.id}".encode()
    opened = orjson.loads(open_sealed(sent.letter.private, KeyRing(THEIR_KEY), context=context))
    assert opened == node.page(child.id).content
    assert opened == {"given_name": "Tamarisk", "reason": "Needs a doctor.", "safe_contact": "in_person"}


def test_who_agreed_to_what_is_kept(node: Node, came: UUID) -> None:
    child = forward_referral(node.database, came, order(given_by="guardian"), WORKER)

    agreed = node.page(child.id).forward
    assert agreed is not None
    assert (agreed.given_by, agreed.fields, agreed.to_org) == ("guardian", ("given_name",), THERE)
    assert [entry.action for entry in kept(node) if entry.referral_id == child.id][:2] == [
        Action.CONSENT_RECORDED,
        Action.REFERRAL_FORWARDED,
    ]


@pytest.mark.parametrize(
    ("wrong", "errors"),
    [
        ({"fields": ("address",)}, {"fields": "not_received"}),
        ({"fields": ("reason",)}, {"fields": "unknown_code"}),
        ({"given_by": ""}, {"given_by": "needed"}),
        ({"to_org": HERE}, {"to_org": "own_organisation"}),
        ({"to_org": KEYLESS}, {"to_org": "organisation_without_key"}),
        ({"to_org": "nobody"}, {"to_org": "organisation_unknown"}),
        ({"reason": " "}, {"reason": "needed"}),
    ],
)
def test_what_is_not_right_changes_nothing(
    node: Node, came: UUID, wrong: dict[str, Any], errors: dict[str, str]
) -> None:
    with pytest.raises(Invalid) as refused:
        forward_referral(node.database, came, order(**wrong), WORKER)

    assert refused.value.errors == errors
    assert node.page(came).referral.shown_state is State.DELIVERED
    assert node.rows(forward_consents) == node.said(ReferralSent) == []


def test_only_what_came_and_is_undecided_and_still_here_can_go_on(node: Node, came: UUID) -> None:
    with pytest.raises(NotFound):
        forward_referral(node.database, node.sends().id, order(), WORKER)
    accepted = node.received()
    make_move(node.database, accepted, MoveOrder(Move.ACCEPT), WORKER)
    with pytest.raises(Conflict, match="accepted"):
        forward_referral(node.database, accepted, order(), WORKER)
    node.hears_letters(passed(came))
    with pytest.raises(Conflict, match="erased"):
        forward_referral(node.database, came, order(), WORKER)


def test_nobody_can_say_that_it_went_on_without_sending_it_on(node: Node, came: UUID) -> None:
    with pytest.raises(Invalid) as refused:
        make_move(node.database, came, MoveOrder(Move.FORWARD), WORKER)

    assert refused.value.errors == {"move": "forward_needs_consent"}


def test_the_same_people_work_on_what_went_on(node: Node, came: UUID) -> None:
    child = forward_referral(node.database, came, order(), WORKER)

    assert referral_page(node.database, child.id, FOCAL_POINT).referral == node.page(child.id).referral
    with pytest.raises(NotFound):
        referral_page(node.database, child.id, COLLEAGUE)


def test_what_is_withdrawn_is_withdrawn_from_whom_it_went_on_to(node: Node, came: UUID) -> None:
    child = forward_referral(node.database, came, order(), WORKER)

    node.hears_letters(passed(came))

    page = node.page(child.id)
    assert (page.content, page.referral.shown_state) == (None, State.WITHDRAWN)
    assert [said.event.referral_id for said in node.said(ErasureAsked)] == [child.id]
    assert [copy.org for copy in page.copies] == [THERE]
    assert node.row(child.id)["sealed"] is node.row(came)["sealed"] is None


def test_also_from_whom_has_nothing_to_do_with_it_any_more(node: Node, came: UUID) -> None:
    child = forward_referral(node.database, came, order(), WORKER)
    node.hears(*moved_on(child.id, HERE, THERE, Move.DELIVER, Move.REJECT))

    node.hears_letters(passed(came))

    assert [said.event.referral_id for said in node.said(ErasureAsked)] == [child.id]
    assert node.page(child.id).referral.shown_state is State.REJECTED


def test_what_the_network_did_not_take_is_erased_here_and_nobody_is_asked(node: Node, came: UUID) -> None:
    child = forward_referral(node.database, came, order(), WORKER)
    refusal = {"move_id": new_id(), "move": Move.SEND, "number": 0, "state": None, "allowed": []}
    node.hears(MoveRefused(referral_id=child.id, **refusal))  # type: ignore[arg-type]

    node.hears_letters(passed(came))

    assert node.row(child.id)["sealed"] is None
    assert node.said(ErasureAsked) == []


@pytest.mark.parametrize("steps", [(Move.DELIVER,), (Move.DELIVER, Move.REJECT)])
def test_a_person_can_take_back_here_what_was_agreed_to_here(
    node: Node, came: UUID, steps: tuple[Move, ...]
) -> None:
    child = forward_referral(node.database, came, order(), WORKER)
    node.hears(*moved_on(child.id, HERE, THERE, *steps))

    for _ in range(2):
        withdraw_forwarded(node.database, child.id, WORKER)

    assert [said.event.referral_id for said in node.said(ErasureAsked)] == [child.id]
    is_open = node.page(child.id).referral.shown_state is State.WITHDRAWN
    assert is_open == (steps == (Move.DELIVER,))


def test_of_other_referrals_consent_is_taken_back_with_their_person(node: Node, came: UUID) -> None:
    for referral_id in (came, node.sends().id):
        with pytest.raises(NotFound):
            withdraw_forwarded(node.database, referral_id, WORKER)


def test_what_went_on_is_kept_as_long_as_what_came(node: Node, came: UUID) -> None:
    child = forward_referral(node.database, came, order(), WORKER)
    node.hears(*moved_on(child.id, HERE, THERE, Move.DELIVER, Move.REJECT))
    node.pass_time(days=91)

    erase_what_is_due(node.database, timedelta(days=90))

    assert [row["id"] for row in node.rows(referrals) if row["sealed"]] == []
