"""What is kept of what is heard."""

from typing import Any

import pytest

from services.notifications.storage import tables
from services.notifications.usecases.hear import hear
from shared.clock import new_id
from shared.messaging.delivery import Batch
from shared.messaging.errors import Refused
from shared.messaging.message import HUB, Message
from shared.notices.contacts import contacts_of
from shared.notices.kinds import TOLD
from shared.schemas.life import TABLE, Move, Party


def test_every_move_says_whom_it_is_told_to() -> None:
    assert set(TOLD) == set(Move)


def test_the_party_that_moved_is_never_told() -> None:
    for rule in TABLE:
        told = TOLD[rule.move]
        if rule.by in (Party.SENDER, Party.RECEIVER):
            assert told is not None
            assert told[0] is not rule.by


@pytest.mark.parametrize(
    ("move", "told"),
    [
        (Move.SEND, []),
        (Move.DELIVER, ["lantern"]),
        (Move.CANCEL, ["lantern"]),
        (Move.WITHDRAW_CONSENT, ["lantern"]),
        (Move.ANSWER, ["lantern"]),
        (Move.ACCEPT, ["harbour"]),
        (Move.ASK_FOR_INFORMATION, ["harbour"]),
        (Move.COMPLETE, ["harbour"]),
    ],
)
def test_the_other_party_is_told(world: Any, moved: Any, move: Move, told: list[str]) -> None:
    world.hear(moved(move))
    assert world.orgs_told() == told


def test_a_late_acknowledgement_is_told_to_the_receiver(world: Any, overdue: Any) -> None:
    world.hear(overdue("acknowledgement"))
    assert world.orgs_told() == ["lantern"]


@pytest.mark.parametrize(
    ("rung", "told"),
    [
        ("assignee", []),
        ("intake", [("lantern", None)]),
        ("sender", []),
        ("supervisor", [("harbour", ["supervisors"])]),
        ("coordinator", []),
    ],
)
def test_a_rung_of_the_ladder_is_told_to_whom_the_hub_can_know(
    world: Any, overdue: Any, rung: str, told: list[Any]
) -> None:
    """Whom of its people a rung concerns else, an organisation's own node says."""
    world.hear(overdue("reply", rung))
    assert [(row["org"], row["audience"]) for row in world.rows(tables.notices)] == told


def test_a_notice_keeps_nothing_of_the_referral_but_its_id(world: Any, moved: Any) -> None:
    event = moved(Move.DELIVER)
    world.hear(event)
    [kept] = world.rows(tables.notices)
    assert kept["kind"] == "referral_waits"
    told = {event.service_type, "harbour", "accepted"}
    assert not told & {str(value) for value in kept.values()}


def test_a_node_cannot_make_notices(world: Any, moved: Any) -> None:
    with pytest.raises(Refused):
        world.hear(moved(Move.DELIVER), sender="harbour")
    assert world.orgs_told() == []


def test_a_repeat_makes_no_second_notice(world: Any, moved: Any) -> None:
    message = Message(new_id(), HUB, moved(Move.DELIVER))
    for batch in (Batch([message]), Batch([], [message])):
        with world.database.transaction() as tx:
            hear(tx, batch)
    assert len(world.orgs_told()) == 1


def emails(world: Any) -> list[str]:
    with world.database.reading() as tx:
        return [contact.email for contact in contacts_of(tx, tables, ["harbour", "lantern"])]


def test_the_highest_revision_of_a_list_stands(world: Any, contacts: Any) -> None:
    newer = contacts(("new@lantern.invalid", "be"), revision=3)
    world.hear(contacts(("old@lantern.invalid", "be"), revision=2), newer, sender="lantern")
    world.hear(contacts(("late@lantern.invalid", "be"), revision=1), sender="lantern")
    assert emails(world) == ["new@lantern.invalid"]


def test_a_list_replaces_only_its_own_organisation(world: Any, contacts: Any) -> None:
    world.hear(contacts(("a@harbour.invalid", "ru")), sender="harbour")
    world.hear(contacts(("a@lantern.invalid", "uk"), ("b@lantern.invalid", "uk")), sender="lantern")
    world.hear(contacts(revision=2), sender="lantern")
    assert emails(world) == ["a@harbour.invalid"]


def test_one_batch_holds_lists_and_moves_of_many(world: Any, contacts: Any, moved: Any) -> None:
    world.hear_from(
        ("harbour", contacts(("a@harbour.invalid", "ru"))),
        (HUB, moved(Move.DELIVER)),
        ("lantern", contacts(("a@lantern.invalid", "uk"))),
        (HUB, moved(Move.ACCEPT)),
    )
    assert emails(world) == ["a@harbour.invalid", "a@lantern.invalid"]
    assert sorted(world.orgs_told()) == ["harbour", "lantern"]
