"""Referrals that come in."""

from dataclasses import replace

import orjson
import pytest

from services.intake.storage.tables import referrals
from services.intake.tests.node import (
    HERE,
    KEYLESS,
    OUR_KEY,
    START,
    THERE,
    WORKER,
    Node,
    in_text,
    moved_on,
    offered,
)
from services.intake.usecases.moves import MoveOrder, make_move
from shared.clock import new_id
from shared.messaging.errors import Refused
from shared.schemas.intake import ReferralDelivered
from shared.schemas.life import Move, State
from shared.sealing import PrivateKey, seal


def test_an_offered_referral_is_opened_kept_and_answered(node: Node) -> None:
    referral_id = new_id()

    node.hears(offered(referral_id, phone="+000", languages=["ukr"]))

    page = node.page(referral_id)
    assert page.content == {
        "given_name": "Sample",
        "phone": "+000",
        "languages": ["ukr"],
        "reason": "Needs a bed.",
        "safe_contact": "phone",
        "case_reference": "AB",
    }
    assert (page.referral.other_org, page.referral.urgency, page.referral.reference) == (
        THERE,
        "emergency",
        "AB",
    )
    assert [(line.move, line.by_org, line.made_at) for line in page.history] == [(Move.SEND, THERE, START)]
    [said] = node.said()
    assert said.to == f"from.{HERE}.intake.referral_delivered"
    assert said.event == ReferralDelivered(referral_id=referral_id, delivered_at=node.at)


def test_it_is_delivered_by_being_here_and_stands_once_the_hub_says_so(node: Node) -> None:
    referral_id = new_id()
    node.hears(offered(referral_id))

    page = node.page(referral_id)
    assert (page.referral.state, page.referral.shown_state) == (State.SENT, State.DELIVERED)
    assert not page.referral.unconfirmed

    node.hears(*moved_on(referral_id, THERE, HERE, Move.DELIVER))

    page = node.page(referral_id)
    assert (page.referral.state, page.referral.number) == (State.DELIVERED, 2)
    assert [line.number for line in page.history] == [1, 2]


def test_it_can_be_answered_before_the_hub_has_numbered_its_delivery(node: Node) -> None:
    referral_id = new_id()
    node.hears(offered(referral_id))

    make_move(node.database, referral_id, MoveOrder(Move.ACKNOWLEDGE), WORKER)
    make_move(node.database, referral_id, MoveOrder(Move.ACCEPT), WORKER)

    delivered, acknowledged, accepted = node.said()
    assert isinstance(delivered.event, ReferralDelivered)
    assert (acknowledged.event.after, accepted.event.after) == (None, acknowledged.event.move_id)
    assert acknowledged.event.based_on == accepted.event.based_on == 2
    node.hears(*moved_on(referral_id, THERE, HERE, Move.DELIVER))
    page = node.page(referral_id)
    assert (page.referral.state, page.referral.shown_state) == (State.DELIVERED, State.ACCEPTED)


def test_what_its_sender_has_cancelled_meanwhile_is_cancelled(node: Node) -> None:
    referral_id = new_id()
    node.hears(offered(referral_id))

    node.hears(*moved_on(referral_id, THERE, HERE, Move.CANCEL))

    page = node.page(referral_id)
    assert (page.referral.shown_state, page.allowed) == (State.CANCELLED, ())


def test_an_offer_a_thousand_times_is_one_referral_answered_each_time(node: Node) -> None:
    offer = offered(new_id())

    node.hears(offer)
    for _ in range(10):
        node.hears(repeated=(offer,) * 50)
        node.hears(offer, repeated=(offer,) * 50)

    assert len(node.rows(referrals)) == 1
    assert len(node.said(ReferralDelivered)) == 21


def test_the_move_that_is_said_before_the_offer_is_told_by_it(node: Node) -> None:
    referral_id = new_id()
    sent, delivered = moved_on(referral_id, THERE, HERE, Move.DELIVER)

    node.hears(sent)
    node.hears(delivered, offered(referral_id))

    assert node.page(referral_id).referral.state is State.DELIVERED


def test_what_is_sealed_for_somebody_else_is_refused_whole(node: Node) -> None:
    with pytest.raises(Refused, match="not_for_us"):
        node.hears(offered(new_id()), offered(new_id(), key=PrivateKey.generate()))

    assert node.rows(referrals) == []
    assert node.said() == []


def test_content_moved_to_another_referral_does_not_open(node: Node) -> None:
    with pytest.raises(Refused, match="damaged"):
        node.hears(replace(offered(new_id()), referral_id=new_id()))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"text"',
        b'{"given_name": 5}',
        b'{"given_name": ["a"]}',
        b'{"given_name": "a\\u0000"}',
        b'{"given_name": "\\ud800"}',
        b'{"languages": "rus"}',
        b'{"reason": {"$gt": ""}}',
        b'{"safe_contact": "by_drone"}',
        orjson.dumps({"reason": "x" * 2001}),
        b"[" * 10_000,
    ],
)
def test_content_of_another_shape_is_refused(node: Node, content: bytes) -> None:
    referral_id = new_id()
    sealed = seal(content, to=OUR_KEY.public, context=f"person:{referral_id}".encode())

    with pytest.raises(Refused):
        node.hears(replace(offered(referral_id), sealed_person=in_text(sealed)))

    assert node.rows(referrals) == []


def test_what_a_newer_version_adds_does_not_stop_it(node: Node) -> None:
    referral_id = new_id()

    node.hears(offered(referral_id, role="admin", disability="unknown"))

    assert "role" not in (node.page(referral_id).content or {})


def test_an_id_that_stands_for_another_referral_is_refused(node: Node) -> None:
    ours, theirs = node.sends(), new_id()
    node.hears(offered(theirs))

    with pytest.raises(Refused, match="referral_id_taken"):
        node.hears(offered(ours.id))
    with pytest.raises(Refused, match="referral_id_taken"):
        node.hears(replace(offered(theirs), from_org=KEYLESS))

    assert node.page(ours.id).referral.state is State.SENT


def test_only_the_hub_is_heard(node: Node) -> None:
    with pytest.raises(Refused, match="not_from_hub"):
        node.hears(offered(new_id()), sender=THERE)
    with pytest.raises(Refused, match="not_from_hub"):
        node.hears(repeated=(offered(new_id()),), sender=THERE)

    assert node.rows(referrals) == []


def test_withdrawn_consent_erases_what_came_and_what_was_said(node: Node) -> None:
    referral_id = new_id()
    note = orjson.dumps({"note": "canary-note"})
    lived = moved_on(referral_id, THERE, HERE, Move.DELIVER, Move.ASK_FOR_INFORMATION, Move.ANSWER)
    sealed = seal(note, to=OUR_KEY.public, context=f"note:{lived[3].move_id}".encode())
    node.hears(offered(referral_id, given_name="canary-name", case_reference="canary-case"))
    node.hears(*lived[:3], replace(lived[3], sealed_note=in_text(sealed)))
    assert node.page(referral_id).history[3].note == "canary-note"

    withdrawn = (Move.DELIVER, Move.ASK_FOR_INFORMATION, Move.ANSWER, Move.WITHDRAW_CONSENT)
    node.hears(*moved_on(referral_id, THERE, HERE, *withdrawn))

    page = node.page(referral_id)
    assert (page.referral.state, page.content, page.referral.reference) == (State.WITHDRAWN, None, None)
    cells = ("data_key", "sealed", "reference_index")
    assert [node.row(referral_id)[name] for name in cells] == [None] * 3
    assert {line["sealed"] for line in node.table_of_moves(referral_id)} == {None}
    node.hears(offered(referral_id, given_name="canary-name"))
    assert node.page(referral_id).content is None
