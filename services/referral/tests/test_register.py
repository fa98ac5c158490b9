"""The hub and the register: it passes on what people signed and what parties say of themselves, and nothing else."""

from dataclasses import replace
from typing import Any

import pytest

from services.referral import storage
from services.referral.directory_storage import listed
from services.referral.tests.hub import KEYS, NETWORK, ROOT, START, Hub
from services.referral.usecases.directory import publish_register
from shared.clock import new_id
from shared.messaging.errors import Refused
from shared.messaging.keybook import KeyBook
from shared.messaging.message import HUB, Message
from shared.messaging.registers import from_wire, kept_register
from shared.messaging.scribe import Scribe
from shared.schemas.intake import KeysChanged
from shared.schemas.referral import DirectoryPublished
from shared.sealing import OwnKeys
from shared.sealing.register import NotFollowed, SignedRegister
from shared.sealing.succession import Statement

NEW = OwnKeys.generate()
NEXT = NETWORK.register.next()
STATEMENT = Statement("tests", "clinic", 1, 1, NEW.public, START)


@pytest.fixture
def hub(hub: Hub) -> Hub:
    """It knows the network's roots."""
    book = KeyBook(HUB, storage.metadata.tables["keys"], NETWORK.roots)
    hub.database.outbox._scribe = Scribe(HUB, KEYS[HUB], book)
    return hub


def says(sender: str, **said: Any) -> Message:
    statement = replace(STATEMENT, **said).signed(KEYS["clinic"].signing[0])
    return Message(new_id(), sender, KeysChanged(text=statement.text, signature=statement.signature))


def publishes(hub: Hub, register: SignedRegister) -> list[DirectoryPublished]:
    publish_register(hub.database, NETWORK.roots, register)
    return [said.event for said in hub.said() if said.to == "to.all"]


def in_directory(hub: Hub) -> dict[str, str | None]:
    with hub.database.reading() as tx:
        return {one.org: one.public_key for one in listed(tx)}


def test_whoever_is_admitted_is_in_the_directory_and_all_are_told(hub: Hub) -> None:
    signed = SignedRegister(NEXT.admitting("shelter", "Night Shelter", NEW.public, START).write()).signed(
        ROOT
    )

    [published] = publishes(hub, signed)

    assert in_directory(hub)["shelter"] == NEW.public.sealing
    assert published.register
    assert from_wire(published.register)[0] == signed
    assert "hub" not in in_directory(hub)


def test_whoever_is_revoked_is_in_it_no_more(hub: Hub) -> None:
    publishes(hub, SignedRegister(NEXT.revoking("clinic").write()).signed(ROOT))

    assert set(in_directory(hub)) == {"harbour-house", "legal-aid"}


def test_what_nobody_signed_is_not_published(hub: Hub) -> None:
    with pytest.raises(NotFollowed, match="register_signatures"):
        publishes(hub, SignedRegister(NEXT.revoking("clinic").write()))

    assert hub.said() == []
    assert "clinic" in in_directory(hub)


def test_the_same_again_is_not_published_again(hub: Hub) -> None:
    assert publishes(hub, NETWORK.register) == []


def test_keys_that_an_organisation_says_are_passed_on(hub: Hub) -> None:
    [published, *_] = [said.event for said in hub.hears(says("clinic"))]

    assert in_directory(hub)["clinic"] == NEW.public.sealing
    assert len(from_wire(published.register)[1]) == 1


def test_who_leaves_is_in_the_directory_no_more(hub: Hub) -> None:
    hub.hears(says("clinic", leaves=True))

    assert "clinic" not in in_directory(hub)


REFUSED: dict[str, tuple[str, dict[str, Any], str]] = {
    "of another": ("legal-aid", {}, "statement_of_another"),
    "of another network": ("clinic", {"network": "south"}, "statement_of_another"),
    "in another's name": ("clinic", {"party": "legal-aid"}, "statement_of_another"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_keys_that_are_not_ones_own(hub: Hub, what: str) -> None:
    sender, said, code = REFUSED[what]

    with pytest.raises(Refused, match=code):
        hub.hears(says(sender, **said))

    with hub.database.reading() as tx:
        kept = kept_register(tx, storage.metadata)
    assert kept == (NETWORK.register, [])
