"""The node asks about referrals of which it hears nothing."""

from services.intake.tests.node import HERE, THERE, Node, moved_on
from services.intake.usecases.silence import ask_after_silence
from shared.schemas.intake import HistoryAsked
from shared.schemas.life import Move


def test_the_node_asks_after_silence_less_and_less_often(node: Node) -> None:
    referral = node.sends()
    node.hears(*moved_on(referral.id, HERE, THERE, Move.DELIVER))
    for minutes in (1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360):
        node.pass_time(minutes=minutes, seconds=-1)
        assert ask_after_silence(node.database) == 0
        node.pass_time(seconds=1)
        assert ask_after_silence(node.database) == 1

    assert node.said(HistoryAsked)[-1].event == HistoryAsked(referral_id=referral.id, after=2)


def test_news_ends_the_silence(node: Node) -> None:
    referral = node.sends()
    node.pass_time(hours=1)
    assert ask_after_silence(node.database) == 1
    node.hears(*moved_on(referral.id, HERE, THERE, Move.DELIVER))
    assert ask_after_silence(node.database) == 0

    for minutes in (1, 2):
        node.pass_time(minutes=minutes, seconds=-1)
        assert ask_after_silence(node.database) == 0
        node.pass_time(seconds=1)
        assert ask_after_silence(node.database) == 1


def test_one_that_is_over_is_asked_about_with_pauses_that_double_for_years(node: Node) -> None:
    referral = node.sends()
    node.hears(*moved_on(referral.id, HERE, THERE, Move.DELIVER, Move.REJECT))
    for doubled in range(15):
        node.pass_time(minutes=2**doubled, seconds=-1)
        assert ask_after_silence(node.database) == 0
        node.pass_time(seconds=1)
        assert ask_after_silence(node.database) == 1


def test_after_entered_in_error_nothing_can_come_and_nothing_is_asked(node: Node) -> None:
    referral = node.sends()
    node.hears(*moved_on(referral.id, HERE, THERE, Move.DELIVER, Move.ENTERED_IN_ERROR))
    node.pass_time(days=30)

    assert ask_after_silence(node.database) == 0
