"""How staff want to be told, and a node that writes to its people itself: their addresses never leave it."""

from typing import Any

import pytest

from services.intake.domain import Role
from services.intake.storage.notice_tables import notices as tables
from services.intake.tests.node import ADMIN, CHEAP, FOCAL_POINT, HERE, THERE, WORKER, Node, moved_on
from services.intake.usecases.calling import call_members
from services.intake.usecases.directory import publish_contacts
from services.intake.usecases.notices import choose, how_told, send_due
from services.intake.usecases.refusals import Invalid, NotPermitted
from services.intake.usecases.staff import NewStaff, add_staff
from shared.notices.contacts import find_contact
from shared.notices.saying import Saying
from shared.notices.sending import Rules
from shared.schemas.codes import NOTICE_GROUPS
from shared.schemas.intake import ContactsChanged, PeopleCalled
from shared.schemas.life import Move

INBOX = "https://node.example/inbox"
AT_ONCE = dict.fromkeys(NOTICE_GROUPS, "instant")
PASSWORD = "seven quiet lanterns"


class Postbox:
    """A mail server that keeps what it takes."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, int]] = []

    def tell(self, to: str, saying: Saying, *, message_id: str) -> None:
        assert message_id
        self.taken.append((to.partition("@")[0], saying.count))


@pytest.fixture
def staffed(node: Node) -> Node:
    for name, role in (("olena", Role.CASE_WORKER), ("ihar", Role.FOCAL_POINT)):
        new = NewStaff(name, PASSWORD, role, name.title(), email=f"{name}@harbour.example")
        add_staff(node.database, new, org=HERE, hasher=CHEAP)
    return node


def mailed(node: Node) -> dict[str, int]:
    postbox = Postbox()
    send_due(node.database, postbox, Rules())
    return dict(postbox.taken)


def test_what_nobody_has_chosen_is_as_is_usual(staffed: Node) -> None:
    assert how_told(staffed.database, WORKER).ways == {
        "emergency": "instant",
        "called": "instant",
        "waits": "daily",
        "moved": "daily",
        "late": "daily",
    }


def test_a_choice_travels_to_the_hub_with_the_contact(staffed: Node) -> None:
    publish_contacts(staffed.database, INBOX)
    choose(staffed.database, AT_ONCE | {"moved": "never"}, WORKER)
    publish_contacts(staffed.database, INBOX)

    wishes = [
        {wish.group: wish.way for wish in contact.wishes or ()}
        for said in staffed.said(ContactsChanged)
        for contact in said.event.contacts
        if contact.email.startswith("olena")
    ]
    assert wishes == [{}, AT_ONCE | {"moved": "never"}]


def test_a_focal_point_is_told_of_an_emergency_whatever_they_choose(staffed: Node) -> None:
    choose(staffed.database, dict.fromkeys(NOTICE_GROUPS, "never"), FOCAL_POINT)
    ways = how_told(staffed.database, FOCAL_POINT).ways
    assert ways == dict.fromkeys(NOTICE_GROUPS, "never") | {"emergency": "instant"}


def test_what_is_no_way_is_refused_and_an_administrator_is_not_asked(staffed: Node) -> None:
    with pytest.raises(Invalid):
        choose(staffed.database, {"moved": "by pigeon"}, WORKER)
    for do in (lambda: choose(staffed.database, {}, ADMIN), lambda: how_told(staffed.database, ADMIN)):
        with pytest.raises(NotPermitted):
            do()


def test_a_node_with_a_mail_server_tells_its_people_itself(staffed: Node) -> None:
    publish_contacts(staffed.database, INBOX, by_us=True)
    choose(staffed.database, AT_ONCE, WORKER)
    publish_contacts(staffed.database, INBOX, by_us=True)

    for said in staffed.said(ContactsChanged):
        assert (said.event.contacts, said.event.tells_itself) == ([], True)
    came = staffed.received()
    assert mailed(staffed) == {"olena": 1, "ihar": 1}
    assert how_told(staffed.database, WORKER).counts == {"sent": 1}
    staffed.hears(*moved_on(came, THERE, HERE, Move.DELIVER, Move.CANCEL)[2:])
    assert mailed(staffed) == {"olena": 1, "ihar": 1}


def test_the_same_move_told_twice_makes_one_notice(staffed: Node) -> None:
    publish_contacts(staffed.database, INBOX, by_us=True)
    came = staffed.received()
    staffed.hears(*moved_on(came, THERE, HERE, Move.DELIVER))
    assert len(staffed.rows(tables.notices)) == 1


def test_whom_it_calls_it_tells_itself(staffed: Node) -> None:
    publish_contacts(staffed.database, INBOX, by_us=True)
    with staffed.database.transaction() as tx:
        call_members(tx, ["olena"], urgent=False)

    assert staffed.said(PeopleCalled) == []
    assert mailed(staffed) == {"olena": 1}


def test_when_the_hub_writes_again_nothing_is_kept_here(staffed: Node) -> None:
    publish_contacts(staffed.database, INBOX, by_us=True)
    staffed.received()
    publish_contacts(staffed.database, INBOX)

    assert all(staffed.rows(table) == [] for table in vars(tables).values())
    assert len(staffed.said(ContactsChanged)[-1].event.contacts) == 2
    staffed.received()
    assert staffed.rows(tables.notices) == []


def test_addresses_lie_sealed(staffed: Node) -> None:
    publish_contacts(staffed.database, INBOX, by_us=True)
    kept: list[Any] = staffed.rows(tables.contacts)
    assert "harbour.example" not in str(kept)
    with staffed.database.reading() as tx:
        found = find_contact(tx, tables, HERE, kept[0]["contact_id"])
    assert found is not None
    assert found.email.endswith("@harbour.example")
