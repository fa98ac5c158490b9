"""Who is believed: whoever signs with the key that the directory knows, and nobody in another's name."""

from dataclasses import replace

import pytest

from shared.database import Database
from shared.messaging.errors import Refused, Unready
from shared.messaging.keybook import Once, parties_of
from shared.messaging.message import HUB, Incoming, open_message
from shared.messaging.tests.office import (
    KEY,
    NODE,
    OTHER,
    believed,
    carried,
    in_envelope,
    question,
    questions,
    scribe,
    table,
    written,
)
from shared.sealing import Letter


def refusal(database: Database, incoming: Incoming, name: str = HUB) -> str:
    with pytest.raises((Refused, Unready)) as refused:
        believed(database, incoming, name)
    return refused.value.code


FORGED = {
    "signed by another": (written(by=OTHER), KEY, "key_unknown"),
    "signed by another under its key's name": (
        replace(written(), signature=written(by=OTHER).signature),
        KEY,
        "signature",
    ),
    "with no signature": (replace(written(), signature=bytes(64)), KEY, "signature"),
    "under another's routing key": (written(), f"from.{OTHER}.intake.history_asked", "sender_forged"),
    "of another's event": (written(source=OTHER), KEY, "sender_forged"),
    "for another reader": (written(readers=(OTHER,)), KEY, "not_a_reader"),
    "by nobody we know": (
        written(claims="stranger", by=OTHER, source="stranger"),
        "from.stranger.intake.history_asked",
        "key_unknown",
    ),
    "in the hub's name": (written(claims=HUB, source=HUB), KEY, "sender_forged"),
    "in the hub's name, from within": (
        written(claims=HUB, source=HUB),
        "hub.messages_received",
        "key_unknown",
    ),
}


@pytest.mark.parametrize("forged", FORGED)
def test_a_forged_letter_is_refused(database: Database, forged: str) -> None:
    letter, key, code = FORGED[forged]

    assert refusal(database, in_envelope(letter, key)) == code


def test_who_can_sign_is_not_heard_without(database: Database) -> None:
    id_, body = question()

    assert refusal(database, Incoming(id_, KEY, body)) == "not_signed"


def test_who_cannot_sign_yet_is_heard_as_before(database: Database) -> None:
    with database.transaction() as tx:
        tx.execute(table(database, "keys").update().values(signing=None))
    id_, body = question()

    assert believed(database, Incoming(id_, KEY, body)).sender == NODE


def test_a_letter_is_looked_at_once_however_many_events_it_tells_of(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[str] = []
    is_by = Letter.is_by

    def look(letter: Letter, key: str) -> bool:
        looked.append(key)
        return is_by(letter, key)

    monkeypatch.setattr(Letter, "is_by", look)
    trust = Once(scribe(database, HUB).book)

    for taken in carried(database, questions(50)):
        open_message(taken, trust)

    assert len(looked) == 1


def test_whose_keys_are_needed(database: Database) -> None:
    [taken] = carried(database, questions(1))

    assert list(parties_of(taken)) == [NODE]
    assert list(parties_of(Incoming(None, KEY, b"{}"))) == [NODE]
    assert list(parties_of(Incoming(None, f"to.{NODE}.referral.moved", b"{}"))) == [HUB]
