"""What the hub carries when consent is withdrawn: to everybody who holds something, and back what each says."""

from uuid import UUID

import pytest

from services.referral import storage
from services.referral.tests.hub import START, Hub, Said, delivered, in_letter, made, sent
from shared.clock import new_id
from shared.messaging.errors import Refused, Unready
from shared.messaging.message import Message
from shared.schemas.intake import ErasureAsked, ErasureReceipted, HistoryAsked, Holding, ReferralSent
from shared.schemas.life import Move, State
from shared.schemas.referral import ChildMoved, ErasureAnswered, ErasurePassed, MoveRefused, Offered


def asked(referral_id: UUID, *, by: str = "harbour-house") -> Message:
    event = ErasureAsked(referral_id=referral_id, asked_at=START)
    return in_letter(Message(new_id(), by, event))


def receipted(
    referral_id: UUID, *, by: str = "legal-aid", revision: int = 1, outcome: str = "erased"
) -> Message:
    reason = "legal_hold" if outcome == "kept" else None
    holdings = [Holding(part="received_content", outcome=outcome, reason=reason)]
    event = ErasureReceipted(
        referral_id=referral_id, revision=revision, receipted_at=START, holdings=holdings
    )
    return in_letter(Message(new_id(), by, event))


def forwarded(parent: UUID, *, by: str = "legal-aid", to: str = "clinic") -> tuple[UUID, Message]:
    child = new_id()
    facts = {"service_type": "legal_assistance", "urgency": "urgent", "sent_at": START}
    event = ReferralSent(referral_id=child, to_org=to, parent=parent, **facts)  # type: ignore[arg-type]
    return child, in_letter(Message(new_id(), by, event), private=b"sealed")


def only(said: list[Said], kind: type) -> list[Said]:
    return [one for one in said if isinstance(one.event, kind)]


@pytest.fixture
def over(hub: Hub) -> UUID:
    """A referral that was delivered and rejected."""
    referral = new_id()
    hub.hears(sent(referral), delivered(referral), made(referral, Move.REJECT))
    return referral


@pytest.fixture
def chain(hub: Hub) -> tuple[UUID, UUID, UUID]:
    """One that was forwarded, and the other forwarded again."""
    first = new_id()
    second, onward = forwarded(first)
    third, further = forwarded(second, by="clinic", to="harbour-house")
    hub.hears(sent(first), delivered(first), onward, made(first, Move.FORWARD))
    hub.hears(delivered(second, by="clinic"), further, made(second, Move.FORWARD, by="clinic"))
    return first, second, third


def test_also_who_has_nothing_to_do_with_it_any_more_is_told(hub: Hub, over: UUID) -> None:
    message = asked(over)

    said = hub.hears(message)

    [passed] = only(said, ErasurePassed)
    assert passed.to == "to.legal-aid"
    assert message.letter is not None
    assert list(passed.beside) == [passed.event.letter] == [message.letter.hash]
    assert hub.state(over) is State.REJECTED
    assert hub.awaited() == [f"erasure:{over}"]


def test_it_is_passed_on_until_it_is_answered_and_the_answer_goes_to_who_asked(hub: Hub, over: UUID) -> None:
    hub.hears(asked(over))
    receipt = receipted(over)

    said = hub.hears(receipt)

    assert hub.awaited() == []
    [answered] = only(said, ErasureAnswered)
    assert receipt.letter is not None
    [holder] = answered.event.holders
    assert (answered.to, holder.org, holder.revision, holder.letter) == (
        "to.harbour-house",
        "legal-aid",
        1,
        receipt.letter.hash,
    )
    assert list(answered.beside) == [receipt.letter.hash]


def test_it_goes_down_every_forward_and_nobody_there_learns_who_asked(
    hub: Hub, chain: tuple[UUID, UUID, UUID]
) -> None:
    first, second, third = chain

    said = hub.hears(asked(first))

    passed = only(said, ErasurePassed)
    assert [(one.to, one.event.referral_id, bool(one.event.letter)) for one in passed] == [
        ("to.legal-aid", first, True),
        ("to.clinic", second, False),
        ("to.harbour-house", third, False),
    ]
    assert [one.beside for one in passed[1:]] == [{}, {}]


def test_who_asked_hears_of_everybody_but_reads_only_the_receipt_that_is_for_it(
    hub: Hub, chain: tuple[UUID, UUID, UUID]
) -> None:
    first, second, _ = chain
    hub.hears(asked(first))

    said = hub.hears(receipted(second, by="clinic"), receipted(first))

    last = only(said, ErasureAnswered)[-1]
    assert [(h.org, h.revision, bool(h.letter)) for h in last.event.holders] == [
        ("legal-aid", 1, True),
        ("clinic", 1, False),
        ("harbour-house", None, False),
    ]
    assert len(last.beside) == 1


def test_an_older_word_does_not_replace_a_newer_one(hub: Hub, over: UUID) -> None:
    hub.hears(asked(over), receipted(over, revision=2))

    said = hub.hears(receipted(over, revision=1, outcome="kept"))

    assert only(said, ErasureAnswered)[-1].event.holders[0].holdings[0].outcome == "erased"


def test_who_asks_again_is_told_again_and_only_who_has_more_to_say_is_asked_for_it(
    hub: Hub, chain: tuple[UUID, UUID, UUID]
) -> None:
    first, second, _ = chain
    message = asked(first)
    hub.hears(message)
    hub.hears(receipted(first), receipted(second, by="clinic", outcome="kept"))

    said = hub.hears(repeated=[message])

    # The one to the third, who has said nothing, is still that of the first time.
    assert [one.to for one in only(said, ErasurePassed)] == ["to.harbour-house", "to.clinic"]
    assert len(only(said, ErasureAnswered)) == 1


def test_nothing_is_forwarded_any_more_once_consent_was_withdrawn(hub: Hub) -> None:
    first = new_id()
    _, onward = forwarded(first)
    hub.hears(sent(first), delivered(first), asked(first))

    said = hub.hears(onward)

    assert [one.to for one in only(said, MoveRefused)] == ["to.legal-aid"]
    assert only(said, Offered) == []


def test_nothing_is_forwarded_of_what_was_withdrawn_by_a_move(hub: Hub) -> None:
    first = new_id()
    _, onward = forwarded(first)
    hub.hears(sent(first), delivered(first), made(first, Move.WITHDRAW_CONSENT, by="harbour-house"))

    assert only(hub.hears(onward), Offered) == []


def test_only_who_received_it_can_forward_it(hub: Hub, over: UUID) -> None:
    for by, to in (("harbour-house", "clinic"), ("clinic", "harbour-house")):
        with pytest.raises(Refused):
            hub.hears(forwarded(over, by=by, to=to)[1])


def test_a_forward_of_what_is_not_here_yet_is_held(hub: Hub) -> None:
    with pytest.raises(Unready):
        hub.hears(forwarded(new_id())[1])


def test_only_the_sender_can_ask_and_only_the_receiver_can_answer(hub: Hub, over: UUID) -> None:
    for message in (
        asked(over, by="legal-aid"),
        asked(over, by="clinic"),
        receipted(over, by="harbour-house"),
        receipted(over, by="clinic"),
        Message(new_id(), "harbour-house", ErasureAsked(referral_id=over, asked_at=START)),
    ):
        with pytest.raises(Refused):
            hub.hears(message)


def test_the_sender_of_what_was_forwarded_follows_its_state(hub: Hub, chain: tuple[UUID, UUID, UUID]) -> None:
    first, second, third = chain

    said = hub.hears(delivered(third, by="harbour-house"))
    again = hub.hears(Message(new_id(), "harbour-house", HistoryAsked(referral_id=first, after=0)))

    [moved] = only(said, ChildMoved)
    assert (moved.to, moved.event.referral_id, moved.event.state) == ("to.legal-aid", second, State.DELIVERED)
    assert [(one.event.child_id, one.event.to_org, one.event.state) for one in only(again, ChildMoved)] == [
        (second, "clinic", State.FORWARDED)
    ]


def test_what_a_node_of_version_0_1_0_does_not_know_is_refused_for_it(hub: Hub) -> None:
    referral = new_id()
    hub.hears(sent(referral), delivered(referral), made(referral, Move.ACCEPT))
    assert hub.hears(made(referral, Move.ASK_TO_CANCEL))
    organisations = storage.metadata.tables["organisations"]
    with hub.database.transaction() as tx:
        mine = organisations.c.org == "harbour-house"
        tx.execute(organisations.update().where(mine).values(signing_key=None))

    [refused] = only(hub.hears(made(referral, Move.ASK_TO_CANCEL)), MoveRefused)

    assert (refused.to, Move.ASK_TO_CANCEL in refused.event.allowed) == ("to.legal-aid", False)
