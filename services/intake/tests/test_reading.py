"""Lists, pages and the inbox."""

from typing import Any

import pytest

from services.intake.storage.tables import referrals
from services.intake.tests.node import ADMIN, HERE, STRANGER, THERE, WORKER, Node, moved_on
from services.intake.tests.test_hearing import overdue
from services.intake.usecases import referrals as use
from services.intake.usecases.moves import MoveOrder, make_move
from services.intake.usecases.referrals import inbox, list_referrals, referral_page, waiting_count
from services.intake.usecases.refusals import Invalid, NotFound
from shared.clock import new_id
from shared.schemas.life import Move


def ids(node: Node, **filters: Any) -> list[Any]:
    found, _ = list_referrals(node.database, WORKER, **filters)
    return [referral.id for referral in found]


def test_the_pages_of_a_list_hold_every_referral_once_newest_first(node: Node) -> None:
    _, case = node.has_case()
    sent = [node.sends(case).id for _ in range(5)]

    pages: list[list[Any]] = []
    cursor = None
    while not pages or cursor:
        found, cursor = list_referrals(node.database, WORKER, cursor=cursor, limit=2)
        pages.append([referral.id for referral in found])

    assert pages == [[sent[4], sent[3]], [sent[2], sent[1]], [sent[0]]]


def test_a_list_is_filtered_by_direction_state_and_overdue(node: Node) -> None:
    _, case = node.has_case()
    waiting, late = node.sends(case), node.sends(case)
    node.hears(*moved_on(late.id, HERE, THERE, Move.DELIVER), overdue(late.id, "reply"))
    received = node.received()

    assert ids(node, direction="out") == [late.id, waiting.id]
    assert ids(node, direction="in") == [received]
    assert ids(node, state="delivered") == [received, late.id]
    assert ids(node, overdue=True) == [late.id]
    assert ids(node, overdue=False, direction="out") == [waiting.id]
    assert ids(node, state="accepted") == []


@pytest.mark.parametrize(
    ("filters", "errors"),
    [
        ({"direction": "up"}, {"direction": "unknown_code"}),
        ({"state": "lost"}, {"state": "unknown_code"}),
        ({"cursor": "1 OR 1=1"}, {"cursor": "not_a_cursor"}),
    ],
)
def test_a_filter_that_is_none_is_refused(node: Node, filters: Any, errors: Any) -> None:
    with pytest.raises(Invalid) as refused:
        list_referrals(node.database, WORKER, **filters)

    assert refused.value.errors == errors


@pytest.mark.parametrize("who", [STRANGER, ADMIN])
def test_others_see_no_referral(node: Node, who: Any) -> None:
    referral_id = node.received()
    node.sends()

    assert list_referrals(node.database, who) == ([], None)
    assert waiting_count(node.database, who) == 0
    assert inbox(node.database, who).waiting_for_my_answer == ()
    with pytest.raises(NotFound):
        referral_page(node.database, referral_id, who)
    with pytest.raises(NotFound):
        referral_page(node.database, new_id(), WORKER)


def test_what_is_undecided_waits_for_our_answer_until_it_is_given(node: Node) -> None:
    referral_id = node.received()
    assert [referral.id for referral in inbox(node.database, WORKER).waiting_for_my_answer] == [referral_id]
    assert waiting_count(node.database, WORKER) == 1

    make_move(node.database, referral_id, MoveOrder(Move.ACKNOWLEDGE), WORKER)
    assert waiting_count(node.database, WORKER) == 1
    make_move(node.database, referral_id, MoveOrder(Move.ACCEPT), WORKER)

    assert inbox(node.database, WORKER).waiting_for_my_answer == ()
    assert waiting_count(node.database, WORKER) == 0


def test_what_waits_is_counted_once_and_not_further_than_anybody_wants_to_know(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        node.received()
    with node.database.transaction() as tx:
        tx.execute(referrals.update().values(unseen=True))

    assert waiting_count(node.database, WORKER) == 3, "each waits, and is news"
    monkeypatch.setattr(use, "MOST_COUNTED", 2)
    assert waiting_count(node.database, WORKER) == 2


def test_a_question_about_what_we_sent_waits_for_our_answer(node: Node) -> None:
    referral = node.sends()
    node.hears(*moved_on(referral.id, HERE, THERE, Move.DELIVER, Move.ASK_FOR_INFORMATION))

    assert [one.id for one in inbox(node.database, WORKER).waiting_for_my_answer] == [referral.id]


def test_an_answer_is_news_until_somebody_has_looked(node: Node) -> None:
    referral = node.sends()
    node.hears(*moved_on(referral.id, HERE, THERE, Move.DELIVER))
    assert inbox(node.database, WORKER).answers_to_what_i_sent == ()

    node.hears(*moved_on(referral.id, HERE, THERE, Move.DELIVER, Move.ACCEPT))
    assert [one.id for one in inbox(node.database, WORKER).answers_to_what_i_sent] == [referral.id]
    assert waiting_count(node.database, WORKER) == 1

    node.page(referral.id)
    assert inbox(node.database, WORKER).answers_to_what_i_sent == ()


def test_our_own_moves_are_no_news(node: Node) -> None:
    referral = node.sends()

    node.hears(*moved_on(referral.id, HERE, THERE, Move.DELIVER, Move.CANCEL))

    assert waiting_count(node.database, WORKER) == 0


def test_what_is_overdue_shows_on_either_side(node: Node) -> None:
    referral, received = node.sends(), node.received()
    node.hears(*moved_on(referral.id, HERE, THERE, Move.DELIVER))
    node.hears(overdue(referral.id, "reply"), overdue(received, "acknowledgement"))

    assert {one.id for one in inbox(node.database, WORKER).overdue} == {referral.id, received}
