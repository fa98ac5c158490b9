"""Moving a referral on: shown at once, confirmed by the hub, refused when it crossed."""

from datetime import datetime, timedelta
from typing import Any

import orjson
import pytest

from services.intake.domain import Referral
from services.intake.tests.node import (
    ADMIN,
    HERE,
    STRANGER,
    THEIR_KEY,
    THERE,
    WORKER,
    Node,
    moved_on,
)
from services.intake.usecases.cases import case_page, settle_need
from services.intake.usecases.moves import MoveOrder, make_move
from services.intake.usecases.refusals import Conflict, Invalid, NotFound
from shared.clock import new_id
from shared.schemas.intake import MoveMade
from shared.schemas.life import Move, State
from shared.schemas.referral import MoveRefused
from shared.sealing import KeyRing, open_sealed


def move(node: Node, referral_id: Any, order: MoveOrder) -> Referral:
    return make_move(node.database, referral_id, order, WORKER)


def test_a_move_shows_at_once_and_says_that_it_is_not_confirmed(node: Node) -> None:
    referral_id = node.received()

    moved = move(node, referral_id, MoveOrder(Move.ACKNOWLEDGE))

    page = node.page(referral_id)
    assert page.referral == moved
    assert (moved.state, moved.shown_state, moved.unconfirmed) == (State.DELIVERED, State.ACKNOWLEDGED, True)
    assert (page.history[-1].move, page.history[-1].number) == (Move.ACKNOWLEDGE, None)


def test_a_move_names_what_it_comes_after(node: Node) -> None:
    referral_id = node.received()

    for step in (Move.ACKNOWLEDGE, Move.ACCEPT, Move.START):
        move(node, referral_id, MoveOrder(step))

    said = [one.event for one in node.said(MoveMade)]
    assert [event.after for event in said] == [None, said[0].move_id, said[1].move_id]
    assert [event.based_on for event in said] == [2, 2, 2]
    assert node.awaited() == {f"move:{event.move_id}" for event in said}
    assert [line.move for line in node.page(referral_id).history][-3:] == [
        Move.ACKNOWLEDGE,
        Move.ACCEPT,
        Move.START,
    ]


def test_what_is_said_with_a_move_is_for_the_other_organisation_only(node: Node) -> None:
    referral_id = node.received()
    when = datetime.fromisoformat("2026-03-05T10:00+03:00")
    move(node, referral_id, MoveOrder(Move.ACCEPT))
    move(node, referral_id, MoveOrder(Move.SCHEDULE, note="canary-note", scheduled_for=when))

    letter, said = node.said(MoveMade)[-1].letter, node.said(MoveMade)[-1].event
    context = f"note:{said.move_id}".encode()
    opened = orjson.loads(open_sealed(letter.private, KeyRing(THEIR_KEY), context=context))
    assert opened["note"] == "canary-note"
    assert datetime.fromisoformat(opened["scheduled_for"]) == when
    assert b"canary" not in letter.text
    assert (node.page(referral_id).history[-1].note, node.page(referral_id).history[-1].scheduled_for) == (
        "canary-note",
        when,
    )


@pytest.mark.parametrize(
    ("order", "errors"),
    [
        (MoveOrder("explode"), {"move": "unknown_code"}),
        (MoveOrder(""), {"move": "unknown_code"}),
        (MoveOrder("reject"), {"reason": "needed"}),
        (MoveOrder("reject", reason="because"), {"reason": "unknown_code"}),
        (MoveOrder("ask_for_information"), {"note": "needed"}),
        (MoveOrder("ask_for_information", note=" "), {"note": "needed"}),
        (MoveOrder("accept", note="x" * 2001), {"note": "too_long"}),
        (MoveOrder("accept", note="a\0b"), {"note": "not_text"}),
        (MoveOrder("accept", outcome="\udfff"), {"outcome": "not_text"}),
        (MoveOrder("accept", scheduled_for=datetime(2026, 3, 5)), {"scheduled_for": "not_a_moment"}),  # noqa: DTZ001
    ],
)
def test_a_move_that_lacks_its_words_is_refused_by_field(
    node: Node, order: MoveOrder, errors: dict[str, str]
) -> None:
    referral_id = node.received()

    with pytest.raises(Invalid) as refused:
        move(node, referral_id, order)

    assert refused.value.errors == errors
    assert node.said(MoveMade) == []
    assert node.page(referral_id).referral.shown_state is State.DELIVERED


def test_a_move_that_is_not_allowed_names_the_state_and_what_is(node: Node) -> None:
    referral = node.sends()

    for wanted in (Move.ACCEPT, Move.DELIVER, Move.SEND):
        with pytest.raises(Conflict) as refused:
            move(node, referral.id, MoveOrder(wanted))
        assert refused.value.state == State.SENT
        assert refused.value.allowed == (Move.CANCEL, Move.WITHDRAW_CONSENT, Move.ENTERED_IN_ERROR)
    assert node.said(MoveMade) == []


def test_the_same_button_twice_is_a_conflict_and_moves_once(node: Node) -> None:
    referral_id = node.received()
    move(node, referral_id, MoveOrder(Move.ACCEPT))

    with pytest.raises(Conflict) as refused:
        move(node, referral_id, MoveOrder(Move.ACCEPT))

    assert refused.value.state == State.ACCEPTED
    assert len(node.said(MoveMade)) == 1


@pytest.mark.parametrize("who", [STRANGER, ADMIN])
def test_others_move_nothing(node: Node, who: Any) -> None:
    referral_id = node.received()

    with pytest.raises(NotFound):
        make_move(node.database, referral_id, MoveOrder(Move.ACCEPT), who)
    with pytest.raises(NotFound):
        make_move(node.database, new_id(), MoveOrder(Move.ACCEPT), WORKER)
    assert node.said(MoveMade) == []


def test_a_numbered_move_is_confirmed_receipted_and_keeps_its_words(node: Node) -> None:
    referral_id = node.received()
    move(node, referral_id, MoveOrder(Move.REJECT, reason="no_capacity", note="Full until May"))
    id_ = node.said(MoveMade)[0].event.move_id

    node.hears(moved_on(referral_id, THERE, HERE, Move.DELIVER, Move.REJECT, move_ids={Move.REJECT: id_})[-1])

    page = node.page(referral_id)
    assert (page.referral.state, page.referral.unconfirmed) == (State.REJECTED, False)
    assert (page.history[-1].number, page.history[-1].note) == (3, "Full until May")
    assert page.history[-1].recorded_at is not None
    assert node.awaited() == set()


def test_moves_that_cross_end_in_the_true_state_and_the_refused_one_stays_visible(node: Node) -> None:
    referral_id = node.received()
    move(node, referral_id, MoveOrder(Move.ACCEPT))
    id_ = node.said(MoveMade)[0].event.move_id

    node.hears(moved_on(referral_id, THERE, HERE, Move.DELIVER, Move.CANCEL)[-1])
    assert node.page(referral_id).referral.shown_state is State.ACCEPTED
    refusal = MoveRefused(
        referral_id=referral_id, move_id=id_, move=Move.ACCEPT, number=3, state=State.CANCELLED, allowed=[]
    )
    node.hears(refusal)

    page = node.page(referral_id)
    assert (page.referral.shown_state, page.referral.unconfirmed) == (State.CANCELLED, False)
    assert [(line.move, line.refused) for line in page.history][-2:] == [
        (Move.CANCEL, False),
        (Move.ACCEPT, True),
    ]
    assert (page.history[-1].state, page.history[-1].allowed) == (State.CANCELLED, ())
    assert node.awaited() == set()


def test_a_refusal_that_tells_of_missed_moves_asks_for_them(node: Node) -> None:
    referral_id = node.received()
    move(node, referral_id, MoveOrder(Move.ACCEPT))
    id_ = node.said(MoveMade)[0].event.move_id
    refusal = MoveRefused(
        referral_id=referral_id, move_id=id_, move=Move.ACCEPT, number=4, state=State.WITHDRAWN, allowed=[]
    )

    node.hears(refusal)

    assert node.said()[-1].event.dump() == {"referral_id": str(referral_id), "after": 2}


def test_a_need_is_met_by_what_its_referral_comes_to(node: Node) -> None:
    active = [Move.DELIVER, Move.ACCEPT]
    ends = {
        Move.COMPLETE: "met",
        Move.COMPLETE_IN_PART: "not_met",
        Move.FAIL: "not_met",
        Move.CANCEL: "open",
    }
    for last, expected in ends.items():
        _, case = node.has_case()
        referral = node.sends(case)
        node.hears(*moved_on(referral.id, HERE, THERE, *active, last))
        assert [need.state for need in case_page(node.database, case.id, WORKER).needs] == [expected], last


def test_what_somebody_said_of_a_need_is_not_changed_by_its_referral(node: Node) -> None:
    _, case = node.has_case()
    referral = node.sends(case)
    [need] = case_page(node.database, case.id, WORKER).needs
    settle_need(node.database, need.id, "no_longer_needed", WORKER)

    node.hears(*moved_on(referral.id, HERE, THERE, Move.DELIVER, Move.ACCEPT, Move.COMPLETE))

    assert case_page(node.database, case.id, WORKER).needs[0].state == "no_longer_needed"


def test_the_node_asks_about_a_silent_move_soon(node: Node) -> None:
    referral_id = node.received()
    node.pass_time(hours=1)

    move(node, referral_id, MoveOrder(Move.ACCEPT))

    assert node.row(referral_id)["quiet_until"] == node.at + timedelta(minutes=1)
