"""What the hub does with what nodes say."""

from collections import Counter
from uuid import UUID

import pytest

from services.referral.tests.hub import Hub, Said, delivered, made, sent
from services.referral.usecases.hear import hear
from shared.clock import new_id
from shared.messaging.delivery import Batch
from shared.messaging.errors import Refused, Unready
from shared.messaging.message import HUB, Message
from shared.schemas.hub import MessagesReceived
from shared.schemas.intake import HistoryAsked
from shared.schemas.life import Move, State
from shared.schemas.referral import History, Moved, MoveRefused, Offered, Overdue


def told(said: list[Said], kind: type) -> list[str]:
    return [one.to for one in said if isinstance(one.event, kind)]


def test_a_referral_is_offered_to_the_receiver_and_told_to_all_it_concerns(hub: Hub) -> None:
    referral = new_id()

    said = hub.hears(sent(referral))

    assert told(said, Offered) == ["to.legal-aid"]
    assert told(said, Moved) == [
        "to.harbour-house",
        "notifications",
        "reporting",
    ]  # the receiver by the offer
    assert hub.state(referral) is State.SENT
    assert hub.awaited() == [f"offer:{referral}"]


def test_it_is_offered_until_the_receiving_node_has_stored_it(hub: Hub) -> None:
    referral = new_id()
    hub.hears(sent(referral))

    said = hub.hears(delivered(referral))

    assert hub.awaited() == []
    assert hub.state(referral) is State.DELIVERED
    assert [one.event.number for one in said if isinstance(one.event, Moved)] == [2, 2, 2, 2]


def test_deadlines_follow_the_urgency_by_the_hubs_clock(hub: Hub) -> None:
    hub.pass_time(days=3)
    said = hub.hears(sent(new_id(), urgency="urgent"))

    [offered] = [one.event for one in said if isinstance(one.event, Offered)]
    assert (offered.acknowledge_by - hub.at).total_seconds() == 8 * 3600
    assert (offered.reply_by - hub.at).total_seconds() == 72 * 3600


def test_the_whole_life_in_one_batch_is_numbered_in_order(hub: Hub) -> None:
    referral = new_id()
    accept = made(referral, Move.ACCEPT)
    start = made(referral, Move.START)

    said = hub.hears(sent(referral), delivered(referral), accept, start, made(referral, Move.COMPLETE))

    to_sender = [one.event for one in said if isinstance(one.event, Moved) and one.to == "to.harbour-house"]
    assert [(e.number, e.move) for e in to_sender] == [
        (1, "send"),
        (2, "deliver"),
        (3, "accept"),
        (4, "start"),
        (5, "complete"),
    ]
    assert hub.state(referral) is State.COMPLETED


def test_of_two_moves_that_cross_the_first_stands_and_the_other_comes_back(hub: Hub) -> None:
    referral = new_id()
    hub.hears(sent(referral), delivered(referral))

    said = hub.hears(made(referral, Move.CANCEL, by="harbour-house"), made(referral, Move.ACCEPT))

    assert hub.state(referral) is State.CANCELLED
    [refused] = [one for one in said if isinstance(one.event, MoveRefused)]
    assert refused.to == "to.legal-aid"
    assert (refused.event.move, refused.event.state, refused.event.allowed) == (
        Move.ACCEPT,
        State.CANCELLED,
        [],
    )


def test_a_move_made_before_an_earlier_one_arrived_is_held(hub: Hub) -> None:
    referral = new_id()
    hub.hears(sent(referral), delivered(referral))
    start = made(referral, Move.START, after=new_id())

    with pytest.raises(Unready):
        hub.hears(start)
    assert hub.state(referral) is State.DELIVERED


def test_an_answer_that_overtakes_the_delivery_is_held(hub: Hub) -> None:
    referral = new_id()
    hub.hears(sent(referral))
    accept = made(referral, Move.ACCEPT)

    with pytest.raises(Unready):
        hub.hears(accept)
    hub.hears(delivered(referral), accept)

    assert hub.state(referral) is State.ACCEPTED


def test_what_is_answered_after_its_sender_cancelled_is_refused(hub: Hub) -> None:
    referral = new_id()
    hub.hears(sent(referral), made(referral, Move.CANCEL, by="harbour-house", based_on=1))

    said = hub.hears(delivered(referral), made(referral, Move.ACCEPT))

    [refused] = [one for one in said if isinstance(one.event, MoveRefused)]
    assert refused.event.state is State.CANCELLED


def test_a_rejection_without_its_reason_is_not_taken(hub: Hub) -> None:
    referral = new_id()
    hub.hears(sent(referral), delivered(referral))

    with pytest.raises(Refused):
        hub.hears(made(referral, Move.REJECT, reason=None))
    assert hub.state(referral) is State.DELIVERED


@pytest.mark.parametrize("together", [True, False])
def test_what_was_made_after_a_refused_move_is_judged_by_itself(hub: Hub, together: bool) -> None:  # noqa: FBT001 - a parameter
    """Its maker did not know yet, and nobody else would ever answer it."""
    referral = new_id()
    hub.hears(sent(referral), delivered(referral), made(referral, Move.ACCEPT))
    late = made(referral, Move.WAITLIST)
    start = made(referral, Move.START, after=late.event.move_id, based_on=3)  # type: ignore[attr-defined]

    if together:
        hub.hears(late, start)
    else:
        hub.hears(late)
        hub.hears(start)

    assert hub.state(referral) is State.IN_PROGRESS


def test_a_move_for_a_referral_that_is_not_here_yet_is_held(hub: Hub) -> None:
    with pytest.raises(Unready):
        hub.hears(made(new_id(), Move.ACCEPT))


def test_an_organisation_that_was_not_asked_can_neither_move_nor_learn(hub: Hub) -> None:
    referral = new_id()
    hub.hears(sent(referral), delivered(referral))

    for message in (
        made(referral, Move.ACCEPT, by="clinic"),
        delivered(referral, by="clinic"),
        delivered(referral, by="harbour-house"),
        Message(new_id(), "clinic", HistoryAsked(referral_id=referral, after=0)),
        sent(referral, by="clinic"),
    ):
        with pytest.raises(Refused):
            hub.hears(message)
    assert hub.state(referral) is State.DELIVERED


@pytest.mark.parametrize("to", ["nobody-known", "harbour-house"])
def test_a_referral_to_nobody_or_oneself_is_refused_to_its_sender(hub: Hub, to: str) -> None:
    said = hub.hears(sent(new_id(), to=to))

    assert told(said, MoveRefused) == ["to.harbour-house"]
    assert told(said, Offered) == []


def test_a_repeat_is_answered_and_changes_nothing(hub: Hub) -> None:
    referral = new_id()
    first = sent(referral)
    hub.hears(first, delivered(referral))

    said = hub.hears(repeated=[first])

    [history] = [one for one in said if isinstance(one.event, History)]
    assert history.to == "to.harbour-house"
    assert [move.move for move in history.event.moves] == ["send", "deliver"]
    assert Counter(type(one.event) for one in said) == {History: 1}


def test_a_repeat_of_a_refused_move_is_refused_again(hub: Hub) -> None:
    referral = new_id()
    late = made(referral, Move.ACCEPT)
    hub.hears(sent(referral), delivered(referral), made(referral, Move.REJECT), late)

    said = hub.hears(repeated=[late])

    assert [type(one.event) for one in said] == [MoveRefused]


def test_the_same_referral_sent_anew_is_not_doubled(hub: Hub) -> None:
    referral = new_id()
    hub.hears(sent(referral))

    said = hub.hears(sent(referral))

    assert told(said, Moved) == []
    assert told(said, History) == ["to.harbour-house"]


def test_a_node_that_missed_moves_is_told_them(hub: Hub) -> None:
    referral = new_id()
    hub.hears(sent(referral), delivered(referral), made(referral, Move.ACCEPT))

    said = hub.hears(Message(new_id(), "harbour-house", HistoryAsked(referral_id=referral, after=1)))

    [history] = said
    assert [move.number for move in history.event.moves] == [2, 3]


def test_what_goes_to_the_hubs_services_is_kept_until_they_have_it(hub: Hub) -> None:
    referral = new_id()
    with hub.database.transaction() as tx:
        hear(tx, Batch([sent(referral), delivered(referral)]))
    waiting = [awaited for awaited in hub.awaited() if awaited.startswith("received:")]
    ends = [UUID(awaited.removeprefix("received:")) for awaited in waiting]
    assert len(ends) == 2  # a pack for each of the two

    with hub.database.transaction() as tx:
        hear(tx, Batch([Message(new_id(), HUB, MessagesReceived(message_ids=ends[:1]))]))
    assert hub.awaited() == waiting[1:]


def test_a_node_cannot_say_what_the_hubs_services_have(hub: Hub) -> None:
    with pytest.raises(Refused, match="not_from_hub"):
        hub.hears(Message(new_id(), "clinic", MessagesReceived(message_ids=[new_id()])))


def test_what_is_late_is_flagged_once_and_changes_no_state(hub: Hub) -> None:
    referral = new_id()
    hub.hears(sent(referral, urgency="emergency"), delivered(referral))

    assert hub.looks_at_the_clock() == []
    hub.pass_time(hours=1, seconds=1)
    acknowledgement = hub.looks_at_the_clock()
    hub.pass_time(hours=24)
    reply = hub.looks_at_the_clock()

    assert [one.event.level for one in acknowledgement] == ["acknowledgement"] * 4
    assert [one.event.level for one in reply] == ["reply"] * 4
    assert told(reply, Overdue) == ["to.harbour-house", "to.legal-aid", "notifications", "reporting"]
    assert hub.looks_at_the_clock() == []
    assert hub.state(referral) is State.DELIVERED


def test_what_was_decided_in_time_is_never_flagged(hub: Hub) -> None:
    referral = new_id()
    hub.hears(sent(referral, urgency="emergency"), delivered(referral), made(referral, Move.ACCEPT))
    hub.pass_time(days=30)

    assert hub.looks_at_the_clock() == []


def test_no_content_stays_at_the_hub_after_delivery(hub: Hub) -> None:
    referral = new_id()
    hub.hears(sent(referral), delivered(referral))

    with hub.database.reading() as tx:
        for table in ("referrals", "moves", "outbox"):
            dump = str(tx.connection.exec_driver_sql(f"select * from {table}").all())  # noqa: S608
            assert "sealed" not in dump, table
