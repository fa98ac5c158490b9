"""A case without its person among three organisations, over the hub: read by those who are invited, erased by all."""

from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from services.intake.domain import Actor, Case, Person, Role
from services.intake.domain.conference import Conference
from services.intake.usecases.cases import open_case
from services.intake.usecases.conference_ending import erase_what_is_over
from services.intake.usecases.conference_inviting import invite
from services.intake.usecases.conference_thread import (
    close_conference,
    conference_page,
    leave_conference,
    set_conference_team,
    write_message,
)
from services.intake.usecases.conferences import count_unseen, list_conferences, open_conference
from services.intake.usecases.consent import record_consent, withdraw_consent
from services.intake.usecases.people import register_person
from services.intake.usecases.refusals import Conflict, NotFound
from tests.two_organisations import FOCAL_POINT, SENDER, STAFF, START, A, B, World

C = "night-shelter"
STAFF_OF_THREE = STAFF | {
    C: (("lena", Role.CASE_WORKER), ("pavel", Role.CASE_WORKER), ("zoya", Role.FOCAL_POINT))
}
ZOYA, LENA, VERA = (
    Actor("zoya", Role.FOCAL_POINT, C),
    Actor("lena", Role.CASE_WORKER, C),
    Actor("vera", Role.CASE_WORKER, B),
)
AGREED = {
    "given_by": "individual",
    "purposes": ["conference"],
    "organisations": [B, C],
    "fields": ["age_band", "gender"],
}
ASKED: dict[str, Any] = {
    "question": "Who could shelter her and a child?",
    "fields": ["age_band", "gender", "opened_on"],
    "organisations": [B, C],
    "days": 14,
    "seed": "chance",
}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with closing(World(tmp_path, STAFF_OF_THREE)) as world:
        yield world


def has_case(world: World) -> tuple[Person, Case]:
    database = world.databases[A]
    known = {"given_name": "Maria", "birth_date": date(1990, 3, 12), "gender": "Woman"}
    person = register_person(database, known, SENDER)
    record_consent(database, person.id, AGREED, SENDER)
    return person, open_case(database, person.id, SENDER)


def opens(world: World, case: Case) -> Conference:
    conference = open_conference(world.databases[A], case.id, ASKED, SENDER)
    world.network.settle()
    return conference


def texts(world: World, org: str, conference_id: UUID, by: Actor) -> list[str]:
    page = conference_page(world.databases[org], conference_id, by)
    return [act.content.get("text", "") for act in page.acts if act.kind == "said"]


def delivered(world: World, conference_id: UUID) -> list[dict[str, str]]:
    return [dict(act.delivered) for act in conference_page(world.databases[A], conference_id, SENDER).acts]


def test_it_is_put_discussed_closed_and_erased_at_its_term(world: World) -> None:
    _, case = has_case(world)
    conference = opens(world, case)
    assert delivered(world, conference.id) == [{B: "stored", C: "stored"}]
    assert world.mailed_after() == ["anna", "zoya"]

    page = conference_page(world.databases[C], conference.id, ZOYA)
    assert page.opening["question"] == ASKED["question"]
    assert page.opening["facts"].keys() == {"age_band", "gender", "opened_on"}
    assert date.fromisoformat(page.opening["facts"]["opened_on"]) < START.date() - timedelta(days=14)
    with pytest.raises(NotFound):
        conference_page(world.databases[C], conference.id, LENA)
    set_conference_team(world.databases[C], conference.id, ["lena"], ZOYA)
    world.network.settle()
    assert world.mailed_after() == ["lena"]

    write_message(world.databases[C], conference.id, {"text": "We have a room."}, LENA)
    world.network.settle()
    assert (
        texts(world, A, conference.id, SENDER)
        == texts(world, B, conference.id, FOCAL_POINT)
        == ["We have a room."]
    )
    assert world.mailed_after() == ["anna", "olena"]

    action = {"org": C, "what": "A room for two.", "until": "2026-03-10"}
    close_conference(world.databases[A], conference.id, {"actions": [action]}, SENDER)
    world.network.settle()
    for org, who in ((A, SENDER), (B, FOCAL_POINT), (C, LENA)):
        assert list(conference_page(world.databases[org], conference.id, who).agreed) == [action]
        with pytest.raises(Conflict):
            write_message(world.databases[org], conference.id, {"text": "More?"}, who)

    world.clock.pass_time(days=14)
    for org, who in ((A, SENDER), (B, FOCAL_POINT), (C, LENA)):
        assert conference_page(world.databases[org], conference.id, who).opening == {}
        assert erase_what_is_over(world.databases[org]) == 1
        assert [one.erased_at for one in list_conferences(world.databases[org], who)] == [world.clock()]


def test_one_more_is_invited_later_and_all_see_that_they_were_told_the_same(world: World) -> None:
    _, case = has_case(world)
    given = ASKED | {"organisations": [B]}
    conference = open_conference(world.databases[A], case.id, given, SENDER)
    world.network.settle()
    write_message(world.databases[B], conference.id, {"text": "Among us."}, FOCAL_POINT)
    world.network.settle()
    world.mailed_after()

    invite(world.databases[A], conference.id, {"organisation": C}, SENDER)
    world.network.settle()
    assert world.mailed_after() == ["anna", "zoya"]
    page = conference_page(world.databases[C], conference.id, ZOYA)
    assert page.opening["question"] == ASKED["question"]
    assert texts(world, C, conference.id, ZOYA) == []
    write_message(world.databases[C], conference.id, {"text": "We have a room."}, ZOYA)
    world.network.settle()
    for org, who, others in ((A, SENDER, (B, C)), (B, FOCAL_POINT, (C,)), (C, ZOYA, (B,))):
        page = conference_page(world.databases[org], conference.id, who)
        assert (page.conference.joined, page.told) == ((C,), dict.fromkeys(others, "same"))
        assert texts(world, org, conference.id, who)[-1] == "We have a room."


def test_consent_withdrawn_ends_it_everywhere_and_a_late_message_is_refused(world: World) -> None:
    person, case = has_case(world)
    conference = opens(world, case)
    withdraw_consent(world.databases[A], person.id, SENDER)
    late = write_message(world.databases[B], conference.id, {"text": "Too late."}, FOCAL_POINT)
    world.network.settle()

    assert delivered(world, conference.id)[-1] == {B: "erased", C: "erased"}
    for org, who in ((A, SENDER), (B, FOCAL_POINT), (C, ZOYA)):
        page = conference_page(world.databases[org], conference.id, who)
        assert (page.state, [dict(act.content) for act in page.acts if act.content]) == ("ended", [])
    [said] = [
        act
        for act in conference_page(world.databases[B], conference.id, FOCAL_POINT).acts
        if act.id == late.id
    ]
    assert set(said.delivered.values()) == {"over"}


def test_who_leaves_hears_no_more(world: World) -> None:
    _, case = has_case(world)
    conference = opens(world, case)
    leave_conference(world.databases[B], conference.id, FOCAL_POINT)
    world.network.settle()

    write_message(world.databases[C], conference.id, {"text": "Among us."}, ZOYA)
    world.network.settle()

    assert texts(world, A, conference.id, SENDER) == ["Among us."]
    assert conference_page(world.databases[B], conference.id, FOCAL_POINT).state == "left"
    assert texts(world, B, conference.id, FOCAL_POINT) == []
    assert delivered(world, conference.id)[0] == {B: "stored", C: "stored"}
    assert count_unseen(world.databases[A], SENDER) == 0
