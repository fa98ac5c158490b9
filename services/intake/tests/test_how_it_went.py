"""Two silent weeks on an accepted referral: its receiver is asked, its sender sees it."""

from uuid import UUID

from services.intake.tests.node import HERE, THERE, WORKER, Node, moved_on
from services.intake.usecases.moves import MoveOrder, make_move
from services.intake.usecases.referrals import inbox, waiting_count
from services.intake.usecases.silence import ask_how_it_went
from shared.schemas.intake import PeopleCalled
from shared.schemas.life import Move


def accepted(node: Node, *more: Move) -> UUID:
    came = node.received()
    node.hears(*moved_on(came, THERE, HERE, Move.DELIVER, Move.ACCEPT, *more))
    return came


def asked(node: Node) -> list[UUID]:
    return [referral.id for referral in inbox(node.database, WORKER).how_did_it_go]


def test_the_receiver_is_asked_after_two_weeks_and_once_in_two_weeks(node: Node) -> None:
    came = accepted(node)
    node.pass_time(days=13, hours=23)
    assert (ask_how_it_went(node.database), asked(node)) == (0, [])

    node.pass_time(hours=1)
    assert [ask_how_it_went(node.database) for _ in range(2)] == [1, 0]
    assert asked(node) == [came]
    assert waiting_count(node.database, WORKER) == 1
    assert [said.event.urgent for said in node.said(PeopleCalled)] == [False]

    node.pass_time(days=14)
    assert ask_how_it_went(node.database) == 1


def test_whoever_says_something_is_not_asked(node: Node) -> None:
    came = accepted(node)
    node.pass_time(days=14)
    assert asked(node) == [came]

    make_move(node.database, came, MoveOrder(Move.START), WORKER)

    assert asked(node) == []


def test_what_is_over_on_hold_or_undecided_is_not_asked_about(node: Node) -> None:
    for more in ((Move.COMPLETE,), (Move.START, Move.HOLD)):
        accepted(node, *more)
    node.received()
    node.pass_time(days=30)

    assert asked(node) == []


def test_the_sender_sees_it_as_silent(node: Node) -> None:
    sent = node.sends()
    node.hears(*moved_on(sent.id, HERE, THERE, Move.DELIVER, Move.ACCEPT))
    assert node.page(sent.id).silent_since(node.at) is None
    last = node.at
    node.pass_time(days=14)

    assert [referral.id for referral in inbox(node.database, WORKER).silent] == [sent.id]
    assert node.page(sent.id).silent_since(node.at) == last
    assert asked(node) == []
    assert ask_how_it_went(node.database) == 0
