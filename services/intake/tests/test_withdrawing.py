"""Consent was withdrawn here: who is asked, until when, and what is known of each."""

from dataclasses import replace
from uuid import UUID

import pytest

from services.intake.domain import Copy
from services.intake.storage.erasures import copies_of
from services.intake.tests.letters import letter_of
from services.intake.tests.node import HERE, START, THERE, WORKER, Node, moved_on
from services.intake.usecases.consent import withdraw_consent
from services.intake.usecases.moves import MoveOrder, make_move
from services.intake.usecases.referrals import inbox
from shared.clock import new_id
from shared.messaging.errors import Refused, Unready
from shared.messaging.message import HUB
from shared.schemas.intake import ErasureAsked, ErasureReceipted, Holding
from shared.schemas.life import Move, State
from shared.schemas.referral import ChildMoved, ErasureAnswered, Holder, MoveRefused
from shared.sealing import Letter

ERASED = [Holding(part="received_content", outcome="erased"), Holding(part="own_records", outcome="nothing")]
WAITS = [ERASED[0], Holding(part="own_records", outcome="undecided")]
HELD = [Holding(part="received_content", outcome="kept", reason="legal_hold"), ERASED[1]]


@pytest.fixture
def withdrawn(node: Node) -> UUID:
    """A referral of ours that was over, and whose person has withdrawn consent."""
    person, case = node.has_case()
    sent = node.sends(case)
    node.hears(*moved_on(sent.id, HERE, THERE, Move.DELIVER, Move.REJECT))
    withdraw_consent(node.database, person.id, WORKER)
    return sent.id


def answered(
    referral_id: UUID,
    holdings: list[Holding],
    revision: int = 1,
    *,
    by: str = THERE,
    more: tuple[Holder, ...] = (),
) -> tuple[ErasureAnswered, Letter]:
    said = ErasureReceipted(referral_id=referral_id, revision=revision, receipted_at=START, holdings=holdings)
    letter = letter_of(said, sender=by)
    holder = Holder(
        referral_id=referral_id,
        org=by,
        revision=revision,
        receipted_at=START,
        holdings=holdings,
        letter=letter.hash,
    )
    return ErasureAnswered(referral_id=referral_id, holders=[holder, *more]), letter


def known(node: Node, referral_id: UUID) -> list[Copy]:
    with node.database.reading() as tx:
        return copies_of(tx, referral_id)


def test_whoever_was_ever_sent_something_is_asked_until_it_answers(node: Node, withdrawn: UUID) -> None:
    [said] = node.said(ErasureAsked)

    assert (said.event.referral_id, said.letter.said.readers) == (withdrawn, (HUB, THERE))
    assert f"erase:{withdrawn}" in node.awaited()
    assert [(copy.org, copy.revision) for copy in known(node, withdrawn)] == [(THERE, 0)]


def test_an_open_one_is_stopped_and_asked_for_and_each_is_asked_for_once(node: Node) -> None:
    person, case = node.has_case()
    sent = node.sends(case)
    make_move(node.database, sent.id, MoveOrder(Move.WITHDRAW_CONSENT), WORKER)

    withdraw_consent(node.database, person.id, WORKER)

    assert len(node.said(ErasureAsked)) == 1
    assert node.page(sent.id).referral.shown_state is State.WITHDRAWN


def test_an_answer_is_kept_with_its_proof_and_ends_the_asking(node: Node, withdrawn: UUID) -> None:
    node.hears_letters(answered(withdrawn, ERASED))

    [copy] = known(node, withdrawn)
    assert (copy.finished, copy.receipted_at) == (True, START)
    assert [(one.part, one.outcome) for one in copy.holdings] == [
        ("received_content", "erased"),
        ("own_records", "nothing"),
    ]
    assert f"erase:{withdrawn}" not in node.awaited()
    assert withdrawn in [one.id for one in inbox(node.database, WORKER).answers_to_what_i_sent]


@pytest.mark.parametrize("holdings", [WAITS, HELD])
def test_while_something_more_is_to_come_it_is_asked_again(
    node: Node, withdrawn: UUID, holdings: list[Holding]
) -> None:
    node.hears_letters(answered(withdrawn, holdings))
    assert f"erase:{withdrawn}" in node.awaited()

    node.hears_letters(answered(withdrawn, ERASED, 2))

    assert f"erase:{withdrawn}" not in node.awaited()
    assert known(node, withdrawn)[0].finished


def test_what_was_said_before_does_not_come_back(node: Node, withdrawn: UUID) -> None:
    node.hears_letters(answered(withdrawn, ERASED, 2))
    node.hears_letters(answered(withdrawn, HELD, 1))

    assert known(node, withdrawn)[0].revision == 2


def test_who_got_it_from_somebody_else_is_known_too_and_waited_for(node: Node, withdrawn: UUID) -> None:
    onward = Holder(referral_id=new_id(), org="clinic")
    node.hears_letters(answered(withdrawn, ERASED, more=(onward,)))

    assert [(copy.org, copy.was_forwarded) for copy in known(node, withdrawn)] == [
        (THERE, False),
        ("clinic", True),
    ]
    assert f"erase:{withdrawn}" in node.awaited()

    said = replace(onward, revision=1, receipted_at=START, holdings=ERASED)
    node.hears_letters(answered(withdrawn, ERASED, more=(said,)))

    assert f"erase:{withdrawn}" not in node.awaited()


def test_a_receipt_that_is_not_proven_is_not_believed(node: Node, withdrawn: UUID) -> None:
    event, letter = answered(withdrawn, ERASED)
    [holder] = event.holders

    def claims(**other: object) -> ErasureAnswered:
        return replace(event, holders=[replace(holder, **other)])  # type: ignore[arg-type]

    forged = answered(withdrawn, ERASED, by="clinic")
    for wrong in (
        (claims(holdings=HELD), letter),
        (claims(revision=2), letter),
        (claims(org="clinic"), letter),
        forged,
    ):
        with pytest.raises(Refused, match="letter_differs"):
            node.hears_letters(wrong)
    with pytest.raises(Refused, match="letter_missing"):
        node.hears(event)
    assert known(node, withdrawn)[0].revision == 0


def test_only_of_what_we_sent_there_are_answers(node: Node) -> None:
    with pytest.raises(Refused, match="not_the_sender"):
        node.hears_letters(answered(node.received(), ERASED))
    with pytest.raises(Unready):
        node.hears_letters(answered(new_id(), ERASED))


def test_who_has_let_the_time_pass_is_late(node: Node, withdrawn: UUID) -> None:
    [copy] = known(node, withdrawn)
    node.pass_time(days=3)
    assert not copy.is_late(node.at)
    assert inbox(node.database, WORKER).overdue == ()

    node.pass_time(seconds=1)

    assert copy.is_late(node.at)
    assert [one.id for one in inbox(node.database, WORKER).overdue] == [withdrawn]
    node.hears_letters(answered(withdrawn, HELD))
    assert not known(node, withdrawn)[0].is_late(node.at)
    assert inbox(node.database, WORKER).overdue == ()


def test_what_the_network_could_not_take_nobody_holds(node: Node) -> None:
    person, case = node.has_case()
    sent = node.sends(case)
    withdraw_consent(node.database, person.id, WORKER)

    node.hears(
        MoveRefused(referral_id=sent.id, move_id=new_id(), move=Move.SEND, number=0, state=None, allowed=[])
    )

    assert node.awaited() == set()
    assert known(node, sent.id) == []
    assert node.page(sent.id).referral.refused


def test_what_became_of_one_that_was_forwarded_is_followed(node: Node) -> None:
    sent, child = node.sends(), new_id()
    node.hears(*moved_on(sent.id, HERE, THERE, Move.DELIVER, Move.FORWARD))

    for number, state in ((1, State.SENT), (3, State.ACCEPTED), (2, State.DELIVERED)):
        node.hears(
            ChildMoved(
                referral_id=sent.id,
                child_id=child,
                to_org="clinic",
                number=number,
                state=state,
                recorded_at=START,
            )
        )

    [followed] = node.page(sent.id).children
    assert (followed.child_id, followed.to_org, followed.state) == (child, "clinic", State.ACCEPTED)
