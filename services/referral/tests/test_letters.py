"""The hub numbers, links and passes on letters that it did not write, and keeps what proves each move."""

from dataclasses import replace
from uuid import UUID

import pytest

from services.referral import storage
from services.referral.tests.hub import SIGNING, Hub, delivered, in_letter, made, sent
from shared.clock import new_id
from shared.messaging.letters import letters_of, recorded_moves
from shared.messaging.message import Message
from shared.schemas.intake import HistoryAsked
from shared.schemas.life import Move
from shared.schemas.referral import History, Moved, Offered
from shared.sealing import Letter
from shared.sealing.chain import Recorded, breaks

KEYS = dict.fromkeys(("harbour-house", "legal-aid"), (SIGNING.public,))


@pytest.fixture
def referral_id() -> UUID:
    return new_id()


def lived(hub: Hub, referral_id: UUID) -> list[Message]:
    """Sent, delivered, accepted with a note; each by its maker's letter."""
    said = [
        in_letter(sent(referral_id), b"the person"),
        in_letter(delivered(referral_id)),
        in_letter(made(referral_id, Move.ACCEPT), b"the note"),
    ]
    for message in said:
        hub.hears(message)
        hub.pass_time(minutes=1)
    return said


def recorded(hub: Hub, referral_id: UUID) -> list[Recorded]:
    with hub.database.reading() as tx:
        found = recorded_moves(tx, storage.moves, storage.letters, referral_id)
    return sorted(found, key=lambda move: move.number)


def letter(message: Message) -> Letter:
    assert message.letter
    return message.letter


def test_the_offer_goes_out_with_the_senders_letter_unchanged(hub: Hub, referral_id: UUID) -> None:
    message = in_letter(sent(referral_id), b"the person")

    [offer] = [said for said in hub.hears(message) if isinstance(said.event, Offered)]

    assert offer.beside == {letter(message).hash: letter(message)}
    assert (offer.event.letter, offer.event.sealed_person) == (letter(message).hash, None)


def test_a_move_goes_with_its_letter_to_the_one_who_did_not_make_it(hub: Hub, referral_id: UUID) -> None:
    hub.hears(in_letter(sent(referral_id)))
    message = in_letter(delivered(referral_id))

    told = {said.to: said for said in hub.hears(message) if isinstance(said.event, Moved)}

    assert told["to.harbour-house"].beside == {letter(message).hash: letter(message)}
    assert told["to.legal-aid"].beside == {}
    assert {said.event.letter for said in told.values()} == {letter(message).hash}


def test_every_move_is_proven_and_linked(hub: Hub, referral_id: UUID) -> None:
    said = lived(hub, referral_id)

    kept = recorded(hub, referral_id)
    assert [move.letter for move in kept] == [letter(message).hash for message in said]
    assert list(breaks(kept, KEYS)) == []


def test_who_the_person_is_is_not_kept_and_what_was_noted_is(hub: Hub, referral_id: UUID) -> None:
    lived(hub, referral_id)

    assert [move.proof and move.proof.private for move in recorded(hub, referral_id)] == [
        b"",
        b"",
        b"the note",
    ]


def test_whoever_misses_moves_gets_every_letter_and_of_its_own_no_sealed_part(
    hub: Hub, referral_id: UUID
) -> None:
    said = lived(hub, referral_id)

    asked = Message(new_id(), "harbour-house", HistoryAsked(referral_id=referral_id, after=0))
    [told] = hub.hears(asked)

    assert isinstance(told.event, History)
    assert set(told.beside) == {letter(message).hash for message in said}
    assert told.beside[letter(said[2]).hash].private == b"the note"

    [told] = hub.hears(Message(new_id(), "legal-aid", HistoryAsked(referral_id=referral_id, after=0)))
    assert told.beside[letter(said[2]).hash].private == b""


def test_a_repeated_referral_changes_no_letter(hub: Hub, referral_id: UUID) -> None:
    first = lived(hub, referral_id)[0]
    hub.hears(repeated=[first])
    hub.hears(in_letter(sent(referral_id), b"another person"))

    with hub.database.reading() as tx:
        assert letters_of(tx, storage.letters, [referral_id])[first.id].hash == letter(first).hash


def test_a_referral_that_began_without_letters_has_no_chain(hub: Hub, referral_id: UUID) -> None:
    hub.hears(sent(referral_id))
    hub.hears(in_letter(delivered(referral_id)))

    assert [move.link for move in recorded(hub, referral_id)] == [None, None]


def whole(hub: Hub, referral_id: UUID) -> list[Recorded]:
    lived(hub, referral_id)
    return recorded(hub, referral_id)


def test_a_chain_that_was_tampered_with_is_found(hub: Hub, referral_id: UUID) -> None:
    one, two, three = whole(hub, referral_id)
    strange = in_letter(made(referral_id, Move.REJECT))
    forged = replace(letter(strange), signature=bytes(64))

    def found(*moves: Recorded) -> list[tuple[int, str]]:
        return list(breaks(moves, KEYS))

    assert found(one, three) == [(2, "number_missing")]
    assert found(one, two, replace(three, state="rejected")) == [(3, "link")]
    assert found(one, replace(two, link="0" * 64), three) == [(2, "link"), (3, "link")]
    assert found(one, two, replace(three, proof=None)) == [(3, "letter_missing")]
    assert found(one, two, replace(three, proof=letter(strange))) == [(3, "letter")]
    assert found(one, two, replace(three, by_org="harbour-house")) == [(3, "signer")]
    assert found(one, two, replace(three, move="reject")) == [(3, "move")]
    assert found(one, two, replace(three, letter=None)) == [(3, "not_signed")]
    assert (3, "signature") in found(
        one, two, replace(three, letter=forged.hash, move="reject", proof=forged)
    )
    assert list(breaks([one, two, three], {"legal-aid": (SIGNING.public,)})) == [(1, "key_unknown")]
