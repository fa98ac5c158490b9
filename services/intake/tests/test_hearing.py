"""What the hub says of our referrals, in whatever order and however often it arrives."""

import random
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.intake.tests.node import HERE, KEYLESS, OUR_KEY, START, THERE, WORKER, Node, in_text, moved_on
from services.intake.usecases.cases import case_page
from services.intake.usecases.moves import MoveOrder, make_move
from shared.clock import new_id
from shared.messaging.errors import Refused, Unready
from shared.schemas.intake import HistoryAsked
from shared.schemas.life import Move, State
from shared.schemas.referral import History, Moved, MoveRefused, NumberedMove, Overdue
from shared.sealing import seal

LIFE = (Move.DELIVER, Move.ACKNOWLEDGE, Move.ACCEPT, Move.START, Move.HOLD, Move.RESUME, Move.COMPLETE)


def history(moved: list[Moved]) -> History:
    lines = [NumberedMove.load({k: v for k, v in one.dump().items() if k in FACTS}) for one in moved]
    last = moved[-1]
    return History(
        referral_id=last.referral_id, acknowledge_by=last.acknowledge_by, reply_by=last.reply_by, moves=lines
    )


FACTS = ("number", "move_id", "move", "state", "by_org", "made_at", "recorded_at", "reason", "sealed_note")


def overdue(referral_id: UUID, level: str) -> Overdue:
    return Overdue(
        referral_id=referral_id,
        from_org=HERE,
        to_org=THERE,
        service_type="legal_assistance",
        urgency="urgent",
        level=level,
        due_at=START,
        flagged_at=START,
    )


def asked(node: Node) -> list[tuple[UUID, int]]:
    return [(said.event.referral_id, said.event.after) for said in node.said(HistoryAsked)]


def test_the_sender_sees_each_step_and_the_deadlines(node: Node) -> None:
    referral = node.sends()

    node.hears(*moved_on(referral.id, HERE, THERE, *LIFE))

    page = node.page(referral.id)
    assert (page.referral.state, page.referral.number, page.referral.unconfirmed) == (
        State.COMPLETED,
        8,
        False,
    )
    assert [line.move for line in page.history] == [Move.SEND, *LIFE]
    assert [line.number for line in page.history] == list(range(1, 9))
    assert (page.referral.acknowledge_by, page.referral.reply_by) == (
        START + timedelta(hours=8),
        START + timedelta(hours=72),
    )


def test_the_sending_is_receipted_by_the_other_nodes_delivery_only(node: Node) -> None:
    referral = node.sends()
    sent, delivered = moved_on(referral.id, HERE, THERE, Move.DELIVER)

    node.hears(sent)
    assert node.awaited() == {f"sent:{referral.id}"}
    assert not node.page(referral.id).referral.unconfirmed
    node.hears(delivered)
    assert node.awaited() == set()


def test_a_sending_that_is_over_before_it_was_delivered_awaits_nothing(node: Node) -> None:
    referral = node.sends()
    node.hears(*moved_on(referral.id, HERE, THERE, Move.CANCEL))

    assert node.awaited() == set()


def test_a_known_move_does_nothing(node: Node) -> None:
    referral = node.sends()
    life = moved_on(referral.id, HERE, THERE, *LIFE)
    node.hears(*life)
    before = (node.row(referral.id), node.table_of_moves(referral.id))

    node.pass_time(minutes=5)
    node.hears(*life[2:5])
    node.hears(history(life))

    assert (node.row(referral.id), node.table_of_moves(referral.id)) == before
    assert asked(node) == []


def test_a_missing_move_is_asked_for_and_what_came_early_waits(node: Node) -> None:
    referral = node.sends()
    life = moved_on(referral.id, HERE, THERE, *LIFE)

    node.hears(*life[:2], life[3], life[5])

    assert node.page(referral.id).referral.state is State.DELIVERED
    assert asked(node) == [(referral.id, 2)]
    node.hears(history(life[2:]))
    assert node.page(referral.id).referral.state is State.COMPLETED


def test_a_batch_in_the_wrong_order_is_taken_in_the_right_one(node: Node) -> None:
    referral = node.sends()

    node.hears(*reversed(moved_on(referral.id, HERE, THERE, *LIFE)))

    assert node.page(referral.id).referral.state is State.COMPLETED
    assert asked(node) == []


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.randoms(use_true_random=False))
def test_any_order_and_repetition_ends_in_the_same_history(node: Node, chance: random.Random) -> None:
    referral = node.sends()
    life = moved_on(referral.id, HERE, THERE, *LIFE)
    jumbled = [chance.choice(life) for _ in range(6)] + chance.sample(life, len(life))
    while jumbled:
        size = chance.randint(1, 4)
        node.hears(*jumbled[:size])
        jumbled = jumbled[size:]
    node.hears(history(life))

    page = node.page(referral.id)
    assert [(line.number, line.move) for line in page.history] == list(enumerate([Move.SEND, *LIFE], 1))
    assert page.referral.state is State.COMPLETED


def test_one_batch_may_be_about_many_referrals(node: Node) -> None:
    _, case = node.has_case()
    sent = [node.sends(case) for _ in range(20)]
    lives = [moved_on(referral.id, HERE, THERE, Move.DELIVER, Move.ACCEPT) for referral in sent]

    node.hears(*(one for moves in zip(*lives, strict=True) for one in moves))

    assert {node.row(referral.id)["state"] for referral in sent} == {State.ACCEPTED}
    assert node.awaited() == set()


def test_a_note_of_the_other_side_is_opened(node: Node) -> None:
    referral = node.sends()
    life = moved_on(referral.id, HERE, THERE, Move.DELIVER, Move.ACCEPT, Move.SCHEDULE)
    said = {"note": "Ring the bell twice", "scheduled_for": "2026-03-09T10:00:00+03:00", "later": 1}
    sealed = seal(orjson.dumps(said), to=OUR_KEY.public, context=f"note:{life[3].move_id}".encode())

    node.hears(*life[:3], replace(life[3], sealed_note=in_text(sealed)))

    line = node.page(referral.id).history[-1]
    assert (line.note, line.unreadable) == ("Ring the bell twice", None)
    assert line.scheduled_for is not None
    assert line.scheduled_for.isoformat() == "2026-03-09T07:00:00+00:00"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b'{"note": 5}', "not_of_the_agreed_shape"),
        (b'{"note": "a\\u0000"}', "not_of_the_agreed_shape"),
        (b'{"scheduled_for": "soon"}', "not_of_the_agreed_shape"),
        (b'{"scheduled_for": "2026-03-09T10:00:00"}', "not_of_the_agreed_shape"),
        (b"nonsense", "not_json"),
    ],
)
def test_a_note_that_cannot_be_opened_does_not_stop_its_move(node: Node, content: bytes, code: str) -> None:
    referral = node.sends()
    life = moved_on(referral.id, HERE, THERE, Move.DELIVER, Move.REJECT)
    sealed = seal(content, to=OUR_KEY.public, context=f"note:{life[2].move_id}".encode())

    node.hears(*life[:2], replace(life[2], sealed_note=in_text(sealed)))

    page = node.page(referral.id)
    assert page.referral.state is State.REJECTED
    assert (page.history[-1].note, page.history[-1].unreadable) == (None, code)


def test_a_note_sealed_for_somebody_else_is_shown_as_unreadable(node: Node) -> None:
    referral = node.sends()

    node.hears(*moved_on(referral.id, HERE, THERE, Move.DELIVER, Move.ACCEPT, notes={Move.ACCEPT: "AAAA"}))

    assert node.page(referral.id).history[-1].unreadable == "too_short"


def test_what_is_not_here_yet_is_tried_again_and_nothing_of_the_batch_is_kept(node: Node) -> None:
    referral = node.sends()
    unknown = moved_on(new_id(), HERE, THERE, Move.DELIVER)[1]

    with pytest.raises(Unready, match="referral_not_here"):
        node.hears(*moved_on(referral.id, HERE, THERE, Move.DELIVER), unknown)

    assert node.page(referral.id).referral.number == 0


def test_a_move_by_one_who_is_no_party_is_refused(node: Node) -> None:
    referral = node.sends()
    [sent] = moved_on(referral.id, HERE, THERE)

    with pytest.raises(Refused, match="not_a_party"):
        node.hears(replace(sent, by_org=KEYLESS))


def test_a_referral_that_the_network_cannot_take_says_so_and_frees_its_need(node: Node) -> None:
    _, case = node.has_case()
    referral = node.sends(case)
    refused = MoveRefused(
        referral_id=referral.id, move_id=new_id(), move=Move.SEND, number=0, state=None, allowed=[]
    )

    node.hears(refused)
    node.hears(refused)

    page = node.page(referral.id)
    assert (page.referral.refused, page.referral.unconfirmed, page.allowed) == (True, False, ())
    assert [line.refused for line in page.history] == [True]
    assert [need.state for need in case_page(node.database, case.id, WORKER).needs] == ["open"]
    assert node.awaited() == set()


def test_a_late_refusal_of_a_referral_that_was_taken_changes_nothing(node: Node) -> None:
    referral = node.sends()
    node.hears(*moved_on(referral.id, HERE, THERE, Move.DELIVER))

    node.hears(
        MoveRefused(
            referral_id=referral.id, move_id=new_id(), move=Move.SEND, number=0, state=None, allowed=[]
        )
    )

    assert not node.page(referral.id).referral.refused


def test_overdue_is_a_flag_that_the_missing_step_takes_away(node: Node) -> None:
    referral = node.sends()
    node.hears(*moved_on(referral.id, HERE, THERE, Move.DELIVER))
    node.hears(overdue(referral.id, "acknowledgement"), overdue(referral.id, "reply"))
    page = node.page(referral.id).referral
    assert (page.state, page.overdue_acknowledgement, page.overdue_reply) == (State.DELIVERED, True, True)

    node.hears(*moved_on(referral.id, HERE, THERE, Move.DELIVER, Move.ACKNOWLEDGE))
    page = node.page(referral.id).referral
    assert (page.overdue_acknowledgement, page.overdue_reply) == (False, True)

    node.hears(*moved_on(referral.id, HERE, THERE, Move.DELIVER, Move.ACKNOWLEDGE, Move.ACCEPT))
    assert not node.page(referral.id).referral.overdue
    node.hears(overdue(referral.id, "reply"))
    assert not node.page(referral.id).referral.overdue


def test_the_history_of_a_refused_and_a_later_move_reads_in_order(node: Node) -> None:
    referral_id = node.received()
    make_move(node.database, referral_id, MoveOrder(Move.ACCEPT), WORKER)
    first = node.table_of_moves(referral_id)[-1]["move_id"]
    node.hears(
        MoveRefused(
            referral_id=referral_id,
            move_id=first,
            move=Move.ACCEPT,
            number=2,
            state=State.DELIVERED,
            allowed=[Move.ACKNOWLEDGE],
        )
    )
    make_move(node.database, referral_id, MoveOrder(Move.ACKNOWLEDGE), WORKER)

    lines = [(line.number, line.move, line.refused) for line in node.page(referral_id).history]
    assert lines[2:] == [(None, Move.ACCEPT, True), (None, Move.ACKNOWLEDGE, False)]
    assert node.page(referral_id).history[2].allowed == (Move.ACKNOWLEDGE,)
