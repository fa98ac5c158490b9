"""The node asks about referrals of which it hears nothing."""

from services.intake.tests.node import HERE, THERE, Node, moved_on
from services.intake.usecases.silence import ask_after_silence
from shared.schemas.intake import HistoryAsked
from shared.schemas.life import Move


def asks_after(node: Node, *minutes: int) -> None:
    """After each of these pauses the node asks about one referral, and not before."""
    for each in minutes:
        node.pass_time(minutes=each, seconds=-1)
        assert ask_after_silence(node.database) == 0
        node.pass_time(seconds=1)
        assert ask_after_silence(node.database) == 1


def test_before_its_first_number_the_outbox_speaks_of_a_referral(node: Node) -> None:
    referral = node.sends()
    node.pass_time(days=1)

    assert node.awaited() == {f"sent:{referral.id}"}
    assert ask_after_silence(node.database) == 0


def test_what_a_machine_should_answer_is_asked_for_soon_and_less_and_less_often(node: Node) -> None:
    referral = node.sends()
    node.hears(*moved_on(referral.id, HERE, THERE))

    asks_after(node, 1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360)

    assert node.said(HistoryAsked)[-1].event == HistoryAsked(referral_id=referral.id, after=1)


def test_where_people_have_the_next_word_it_is_not_asked_at_once(node: Node) -> None:
    referral = node.sends()
    node.hears(*moved_on(referral.id, HERE, THERE, Move.DELIVER))

    asks_after(node, 32, 64, 128, 256, 360, 360)


def test_all_are_asked_about_however_many(node: Node) -> None:
    _, case = node.has_case()
    for _ in range(450):
        node.hears(*moved_on(node.sends(case).id, HERE, THERE))
    node.pass_time(minutes=1)

    assert ask_after_silence(node.database) == 450
    assert ask_after_silence(node.database) == 0


def test_news_ends_the_silence(node: Node) -> None:
    referral = node.sends()
    node.hears(*moved_on(referral.id, HERE, THERE))
    asks_after(node, 1, 2)

    node.hears(*moved_on(referral.id, HERE, THERE, Move.DELIVER))
    node.pass_time(minutes=31)
    assert ask_after_silence(node.database) == 0


def test_one_that_is_over_is_asked_about_with_pauses_that_double_for_years(node: Node) -> None:
    referral = node.sends()
    node.hears(*moved_on(referral.id, HERE, THERE, Move.DELIVER, Move.REJECT))

    asks_after(node, *(2**doubled for doubled in range(5, 16)))


def test_after_entered_in_error_nothing_can_come_and_nothing_is_asked(node: Node) -> None:
    referral = node.sends()
    node.hears(*moved_on(referral.id, HERE, THERE, Move.DELIVER, Move.ENTERED_IN_ERROR))
    node.pass_time(days=30)

    assert ask_after_silence(node.database) == 0
