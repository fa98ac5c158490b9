"""When mails go out, to whom, and what is visible when they do not."""

from datetime import timedelta
from typing import Any

import pytest

from services.notifications.storage import tables
from shared.notices.saying import AddressRefused, ChannelAway
from shared.notices.sending import LEASE
from shared.schemas.life import Move

MINUTE = timedelta(minutes=1)
BRAKE = timedelta(minutes=15)


@pytest.fixture
def staffed(world: Any, contacts: Any) -> Any:
    """Two people at lantern, one at harbour."""
    world.hear(contacts(("vera@lantern.invalid", "be"), ("olha@lantern.invalid", "uk")), sender="lantern")
    world.hear(contacts(("ivan@harbour.invalid", "ru")), sender="harbour")
    return world


def states(world: Any, table: Any) -> list[str]:
    return [row["state"] for row in world.rows(table)]


def test_everyone_at_the_organisation_is_told_in_their_language(staffed: Any, moved: Any) -> None:
    staffed.hear(moved(Move.DELIVER))
    assert staffed.send() == 2
    assert sorted(staffed.postbox.taken) == [
        ("olha@lantern.invalid", "uk", 1),
        ("vera@lantern.invalid", "be", 1),
    ]
    assert states(staffed, tables.notices) == ["sent"]
    assert staffed.postbox.links == {"https://node.invalid/inbox"}


def test_many_notices_make_one_mail_with_a_count(staffed: Any, moved: Any) -> None:
    staffed.hear(*(moved(Move.ACCEPT) for _ in range(40)))
    staffed.send()
    assert staffed.postbox.taken == [("ivan@harbour.invalid", "ru", 40)]


def test_within_the_brake_nobody_gets_a_second_mail(staffed: Any, moved: Any) -> None:
    staffed.hear(moved(Move.ACCEPT))
    staffed.send()
    staffed.wait(MINUTE)
    staffed.hear(moved(Move.START), moved(Move.COMPLETE))
    assert staffed.send() == 0
    staffed.wait(BRAKE)
    assert staffed.send() == 1
    assert staffed.postbox.taken[-1] == ("ivan@harbour.invalid", "ru", 2)


def test_an_emergency_is_not_braked_and_takes_along_what_waits(staffed: Any, moved: Any) -> None:
    staffed.hear(moved(Move.ACCEPT))
    staffed.send()
    staffed.hear(moved(Move.START))
    staffed.send()
    staffed.hear(moved(Move.ACCEPT, urgency="emergency"))
    assert staffed.send() == 1
    assert staffed.postbox.taken[-1] == ("ivan@harbour.invalid", "ru", 2)


def test_without_contacts_the_notice_waits(world: Any, contacts: Any, moved: Any) -> None:
    world.hear(moved(Move.ACCEPT))
    assert world.send() == 0
    assert states(world, tables.notices) == ["waiting"]
    world.hear(contacts(("ivan@harbour.invalid", "ru")), sender="harbour")
    assert world.send() == 1


def test_a_failed_attempt_is_visible_and_tried_again(staffed: Any, moved: Any) -> None:
    staffed.hear(moved(Move.ACCEPT))
    staffed.postbox.failure = OSError("this text is kept nowhere")
    assert staffed.send() == 0
    [mail] = staffed.rows(tables.mails)
    assert (mail["state"], mail["attempts"], mail["last_error"]) == ("waiting", 1, "OSError")
    staffed.postbox.failure = None
    assert staffed.send() == 0
    staffed.wait(MINUTE)
    assert staffed.send() == 1
    assert states(staffed, tables.notices) == ["sent"]


def test_attempts_back_off_to_an_hour_and_end(staffed: Any, moved: Any) -> None:
    staffed.hear(moved(Move.ACCEPT))
    staffed.postbox.failure = OSError()
    waits = []
    for _ in range(80):
        staffed.send()
        [mail] = staffed.rows(tables.mails)
        waits.append((mail["due_at"] - staffed.at) // MINUTE)
        staffed.at = mail["due_at"]
    assert waits[:8] == [1, 2, 4, 8, 16, 32, 60, 60]
    assert states(staffed, tables.mails) == ["failed"]
    assert states(staffed, tables.notices) == ["failed"]
    assert staffed.send() == 0


def test_one_bad_address_does_not_hide_that_the_other_was_reached(staffed: Any, moved: Any) -> None:
    staffed.postbox.failure, staffed.postbox.refused = AddressRefused(), {"vera@lantern.invalid"}
    staffed.hear(moved(Move.DELIVER))
    assert staffed.send() == 1
    assert sorted(states(staffed, tables.mails)) == ["failed", "sent"]
    assert states(staffed, tables.notices) == ["sent"]


def test_when_the_server_is_away_the_other_mails_do_not_spend_an_attempt(staffed: Any, moved: Any) -> None:
    staffed.hear(moved(Move.DELIVER))
    staffed.postbox.failure = ChannelAway()
    staffed.send()
    assert sorted(row["attempts"] for row in staffed.rows(tables.mails)) == [0, 1]


def test_a_claimed_mail_is_sent_again_when_its_worker_died(staffed: Any, moved: Any) -> None:
    staffed.hear(moved(Move.ACCEPT))
    staffed.postbox.failure = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        staffed.send()
    staffed.postbox.failure = None
    assert staffed.send() == 0
    staffed.wait(LEASE)
    assert staffed.send() == 1


def test_somebody_who_left_gets_no_mail_and_leaves_nothing(staffed: Any, contacts: Any, moved: Any) -> None:
    staffed.hear(moved(Move.ACCEPT))
    staffed.postbox.failure = OSError()
    staffed.send()
    staffed.hear(contacts(revision=2), sender="harbour")
    staffed.postbox.failure = None
    staffed.wait(MINUTE)
    assert staffed.send() == 0
    assert staffed.postbox.taken == []
    assert (staffed.rows(tables.mails), staffed.rows(tables.tellings)) == ([], [])
    assert states(staffed, tables.notices) == ["waiting"]
