"""A question that names nobody, from one node over the hub to another and back: signed, sealed, and with one effect."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from services.intake.domain import Question
from services.intake.usecases.capacity import answer_capacity, ask_capacity, list_questions, question_page
from services.intake.usecases.offering import put_service
from tests.two_organisations import FOCAL_POINT, SENDER, A, B, World

ASKED = {"service_type": "shelter", "urgency": "emergency", "age_band": "9--17"}
OFFERED: dict[str, Any] = {
    "name": "Beds",
    "service_type": "shelter",
    "contact": "Front gate",
    "address": "Stork Street 7",
}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with closing(World(tmp_path)) as world:
        yield world


def offers(world: World, status: str) -> None:
    put_service(world.databases[B], None, OFFERED | {"status": status}, FOCAL_POINT)
    world.network.settle()


def asks(world: World) -> Question:
    question = ask_capacity(world.databases[A], ASKED, SENDER)
    world.network.settle()
    return question


def shown(world: World, question: Question) -> list[tuple[str, str, bool]]:
    found, _ = question_page(world.databases[A], question.id, SENDER)
    return [(r.org, found.stands(r, world.clock()), r.by_machine) for r in found.replies]


def test_a_person_answers_and_the_asker_is_told(world: World) -> None:
    offers(world, "open")
    question = asks(world)
    assert shown(world, question) == [(B, "waiting", False)]
    assert world.mailed_after() == ["anna", "taras", "vera"]

    [enquiry] = list_questions(world.databases[B], FOCAL_POINT)[1]
    answer_capacity(world.databases[B], enquiry.id, "capacity", FOCAL_POINT)
    world.network.settle()

    assert shown(world, question) == [(B, "capacity", False)]
    assert world.mailed_after() == ["olena"]


def test_one_that_is_full_answers_at_once_and_calls_nobody_of_its_own(world: World) -> None:
    offers(world, "full")
    question = asks(world)

    assert shown(world, question) == [(B, "no_capacity", True)]
    assert world.mailed_after() == ["olena"]


def test_what_is_not_answered_within_the_hour_of_an_emergency_is_no_answer(world: World) -> None:
    offers(world, "open")
    question = asks(world)

    world.clock.pass_time(minutes=59)
    assert shown(world, question) == [(B, "waiting", False)]
    world.clock.pass_time(minutes=1)
    assert shown(world, question) == [(B, "no_answer", False)]
