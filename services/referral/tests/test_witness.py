"""The hub keeps what nodes say of their audits, and lets none of them say otherwise later."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from services.referral import storage
from services.referral.tests.hub import SIGNING, START, Hub, Said
from shared.clock import new_id
from shared.database import Database
from shared.messaging.errors import Refused
from shared.messaging.keybook import KeyBook
from shared.messaging.message import HUB, Message, encode
from shared.messaging.outbox import Outbox
from shared.messaging.scribe import Scribe
from shared.messaging.witness import checkpoints_of
from shared.schemas import Event
from shared.schemas.intake import AuditCheckpointMade, AuditCheckpointWitnessed
from shared.schemas.referral import AuditCheckpointKept, AuditCheckpointPassed
from shared.sealing import OwnKeys, write_letter

OURS, THEIRS, OTHERS = "harbour-house", "legal-aid", "clinic"
A, B = "a" * 64, "b" * 64
KEYS = OwnKeys.generate()


@pytest.fixture
def signing_hub(hub: Hub) -> Iterator[Hub]:
    """A hub that can sign."""
    scribe = Scribe(HUB, KEYS, KeyBook(HUB, storage.metadata.tables["keys"]))
    outbox = Outbox(storage.metadata.tables["outbox"], sender=HUB, scribe=scribe)
    url = hub.database.engine.url.render_as_string(hide_password=False)
    hub.database.close()
    hub.database = Database(url, clock=lambda: hub.at, outbox=outbox)
    yield hub
    hub.database.close()


def said_by(org: str, event: Event, *readers: str, more: int = 0) -> Message:
    id_ = new_id()
    said = [encode(event, id=id_, sender=org, subject="", at=START)] * (1 + more)
    return Message(id_, org, event, letter=write_letter(said, sender=org, readers=readers, signing=SIGNING))


def made(
    number: int, hash_: str = A, *, minutes: int = 0, readers: tuple[str, ...] = (THEIRS, OTHERS)
) -> Message:
    event = AuditCheckpointMade(number=number, hash=hash_, made_at=START + timedelta(minutes=minutes))
    return said_by(OURS, event, HUB, *readers)


def kinds(said: list[Said]) -> dict[str, type]:
    return {one.to: type(one.event) for one in said}


def test_it_keeps_a_checkpoint_says_so_and_passes_it_on_unchanged(signing_hub: Hub) -> None:
    message = made(7)

    said = signing_hub.hears(message)

    assert kinds(said) == {
        f"to.{OURS}": AuditCheckpointKept,
        f"to.{THEIRS}": AuditCheckpointPassed,
        f"to.{OTHERS}": AuditCheckpointPassed,
    }
    assert message.letter
    for one in said:
        if one.to != f"to.{OURS}":
            assert one.beside == {message.letter.hash: message.letter}
    [own] = [one for one in said if one.to == f"to.{OURS}"]
    [letter] = own.beside.values()
    assert letter.is_by(KEYS.public.signing)
    with signing_hub.database.reading() as tx:
        [kept] = checkpoints_of(tx, storage.witnessed, OURS)
    assert (kept.number, kept.hash, kept.letter) == (7, A, message.letter)


def test_the_same_again_is_answered_again_and_kept_once(signing_hub: Hub) -> None:
    signing_hub.hears(made(7))

    assert len(signing_hub.hears(made(7, minutes=60))) == 3
    with signing_hub.database.reading() as tx:
        assert len(tx.execute(select(storage.witnessed)).all()) == 1


@pytest.mark.parametrize(
    ("second", "reason"),
    [(made(7, B), "checkpoint_differs"), (made(6, B, minutes=60), "checkpoint_went_back")],
    ids=["another hash", "fewer entries"],
)
def test_what_was_said_cannot_be_said_otherwise(signing_hub: Hub, second: Message, reason: str) -> None:
    signing_hub.hears(made(7))

    with pytest.raises(Refused, match=reason):
        signing_hub.hears(second)

    assert signing_hub.said() == []


def test_one_that_was_late_on_its_way_is_kept(signing_hub: Hub) -> None:
    signing_hub.hears(made(7, minutes=60))

    assert len(signing_hub.hears(made(6, B))) == 3


def test_it_goes_to_two_at_the_most_and_to_nobody_unknown(signing_hub: Hub) -> None:
    said = signing_hub.hears(made(7, readers=("nobody", THEIRS, OTHERS)))

    assert set(kinds(said)) == {f"to.{OURS}", f"to.{THEIRS}"}


def test_a_letter_that_says_more_is_not_passed_on(signing_hub: Hub) -> None:
    event = AuditCheckpointMade(number=7, hash=A, made_at=START)

    for wrong in (said_by(OURS, event, HUB, THEIRS, more=1), replace(made(7), letter=None)):
        with pytest.raises(Refused, match="letter_missing"):
            signing_hub.hears(wrong)


def test_a_partners_word_goes_to_the_node_whose_audit_it_is_about(signing_hub: Hub) -> None:
    word = said_by(THEIRS, AuditCheckpointWitnessed(org=OURS, number=7, hash=A), HUB, OURS)

    [passed] = signing_hub.hears(word)

    assert word.letter
    assert (passed.to, passed.beside) == (f"to.{OURS}", {word.letter.hash: word.letter})
    assert passed.event == AuditCheckpointKept(number=7, hash=A, witness=THEIRS, letter=word.letter.hash)


def test_a_word_about_nobody_is_refused(signing_hub: Hub) -> None:
    with pytest.raises(Refused, match="organisation_unknown"):
        signing_hub.hears(said_by(THEIRS, AuditCheckpointWitnessed(org="nobody", number=7, hash=A), HUB))
