"""Letters of a case conference on their way through the hub: passed on as they are, each time, and kept nowhere."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select, update

from services.referral import storage
from services.referral.tests.hub import SIGNING, START, Hub
from services.referral.usecases.hear import OF_CONFERENCES
from shared.clock import new_id
from shared.messaging.errors import Refused
from shared.messaging.message import HUB, Message, encode
from shared.schemas.conferences import (
    ConferenceOpened,
    ConferencePassed,
    ConferenceReceipted,
    ConferenceRefused,
)
from shared.sealing import write_letter


def said(kind: Any = ConferenceOpened, *, to: str = "legal-aid", **more: Any) -> Message:
    known: dict[str, Any] = {"conference_id": new_id(), "act_id": new_id(), "to_org": to, "made_at": START}
    if kind is ConferenceReceipted:
        more = {"outcome": "stored"} | more
    event = kind(**known | more)
    wire = encode(event, id=new_id(), sender="harbour-house", subject="", at=START)
    letter = write_letter(
        [wire], sender="harbour-house", readers=(HUB, to), signing=SIGNING, private=b"sealed"
    )
    return replace(Message(new_id(), "harbour-house", event), letter=letter)


@pytest.mark.parametrize("kind", OF_CONFERENCES)
def test_an_act_is_passed_on_with_its_maker_s_letter(hub: Hub, kind: type) -> None:
    message = said(kind)
    [passed] = hub.hears(message)

    assert message.letter is not None
    assert (passed.to, type(passed.event)) == ("to.legal-aid", ConferencePassed)
    assert passed.event.letter == message.letter.hash
    assert passed.beside[message.letter.hash].private == b"sealed"


def test_a_repeated_one_is_passed_on_again(hub: Hub) -> None:
    message = said()
    hub.hears(message)

    assert [one.to for one in hub.hears(repeated=[message])] == ["to.legal-aid"]


def test_to_whoever_cannot_hear_it_nothing_is_passed_and_the_maker_is_told(hub: Hub) -> None:
    [unknown] = hub.hears(said(to="nobody"))
    o = storage.organisations
    with hub.database.transaction() as tx:
        tx.execute(update(o).where(o.c.org == "clinic").values(active=False))
        tx.execute(update(o).where(o.c.org == "legal-aid").values(signing_key=None))
    [gone], [old] = hub.hears(said(to="clinic")), hub.hears(said(to="legal-aid"))

    for refused, org in ((unknown, "nobody"), (gone, "clinic"), (old, "legal-aid")):
        assert (refused.to, type(refused.event)) == ("to.harbour-house", ConferenceRefused)
        assert refused.event.to_org == org


def test_without_a_letter_it_is_refused(hub: Hub) -> None:
    with pytest.raises(Refused, match="letter_missing"):
        hub.hears(replace(said(), letter=None))


def test_nothing_of_it_is_kept_at_the_hub(hub: Hub) -> None:
    message = said()
    hub.hears(message)
    about = str(message.event.conference_id)  # type: ignore[attr-defined]
    with hub.database.reading() as tx:
        for table in storage.metadata.sorted_tables:
            kept = str(tx.execute(select(table)).all())
            assert (table.name, about in kept) == (table.name, False)
