"""A node names whom of its staff to tell: they get the same mail that says nothing, and nobody else does."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from services.notifications.storage import tables
from services.notifications.tests.conftest import INBOX, World
from shared.clock import new_id
from shared.schemas.codes import NOTICE_GROUPS
from shared.schemas.intake import Contact, ContactsChanged, PeopleCalled, Wish
from shared.schemas.life import Move

VERA, ANNA = new_id(), new_id()
WISHES = [Wish(group=group, way="instant") for group in NOTICE_GROUPS]


@pytest.fixture(autouse=True)
def staff(world: World) -> None:
    people = [
        Contact(contact_id=id_, email=f"{name}@x.example", language="en", wishes=WISHES)
        for id_, name in ((VERA, "vera"), (ANNA, "anna"))
    ]
    world.hear(ContactsChanged(revision=1, inbox_url=INBOX, contacts=people), sender="lantern")


def call(*contact_ids: UUID, urgent: bool = False) -> PeopleCalled:
    return PeopleCalled(contact_ids=list(contact_ids), urgent=urgent)


def mailed(world: World) -> dict[str, int]:
    world.send()
    return {email.split("@")[0]: count for email, _, count in world.postbox.taken}


@pytest.mark.parametrize(
    ("named", "told"),
    [([VERA], {"vera": 1}), ([], {"vera": 1, "anna": 1}), ([new_id()], {"vera": 1, "anna": 1})],
)
def test_those_who_are_named_are_told_and_otherwise_all(
    world: World, named: list[UUID], told: dict[str, int]
) -> None:
    world.hear(call(*named), sender="lantern")

    assert mailed(world) == told
    assert [row["state"] for row in world.rows(tables.notices)] == ["sent"]


def test_each_is_told_how_much_is_for_them(world: World, moved: Any) -> None:
    world.hear_from(("lantern", call(VERA)), ("lantern", call(ANNA, VERA)), ("hub", moved(Move.DELIVER)))

    assert mailed(world) == {"vera": 3, "anna": 2}


def test_an_urgent_call_does_not_wait(world: World) -> None:
    world.hear(call(VERA), sender="lantern")
    assert mailed(world) == {"vera": 1}
    world.wait(timedelta(minutes=1))

    world.hear(call(VERA), sender="lantern")
    assert world.send() == 0
    world.hear(call(VERA, urgent=True), sender="lantern")
    assert mailed(world) == {"vera": 2}


def test_nobody_calls_another_organisation_s_staff(world: World) -> None:
    world.hear(call(VERA), sender="harbour")

    assert mailed(world) == {}


def test_supervisors_are_told_by_themselves_and_all_where_there_are_none(world: World, overdue: Any) -> None:
    people = [
        Contact(
            contact_id=id_, email=f"{name}@x.example", language="en", supervisor=supervisor, wishes=WISHES
        )
        for id_, name, supervisor in ((VERA, "vera", True), (ANNA, "anna", None))
    ]
    world.hear(ContactsChanged(revision=1, inbox_url=INBOX, contacts=people), sender="harbour")

    world.hear(overdue("reply", "supervisor"))
    assert mailed(world) == {"vera": 1}

    world.hear(ContactsChanged(revision=2, inbox_url=INBOX, contacts=people[1:]), sender="harbour")
    world.wait(timedelta(hours=1))
    world.hear(overdue("reply", "supervisor"))
    assert mailed(world) == {"vera": 1, "anna": 1}
