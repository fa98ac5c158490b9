"""The debriefing tells the whole way: every act of each role, and what the person could see at that moment."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.practice.acts import Act, acts
from deploy.practice.practice import Practice
from deploy.practice.tests.conftest import gone_on, sends, worker
from services.intake.domain import Action
from services.intake.usecases.cases import case_page
from services.intake.usecases.own_view import begin_visit
from services.intake.usecases.slips import end_slip, make_slip
from services.intake.web.tests.visitors import Browser, words
from shared.schemas.life import State

WISHED = {"wished": True, "language": "ru", "shown": "help", "lasts": "7"}


@pytest.fixture
def workshop(standing: Path, tmp_path: Path) -> Iterator[Practice]:
    going = gone_on(standing, tmp_path)
    yield going
    going.end()


def told(practice: Practice) -> list[Act]:
    return acts(practice.plan.nodes, practice.network.databases, practice.debriefing())


def test_each_act_stands_there_in_order_with_what_the_person_could_see(workshop: Practice) -> None:
    here, there, *_ = workshop.plan.nodes
    database, by = workshop.database(here), worker(here)
    sent = sends(workshop)
    workshop.tick()
    assert sent.case_id is not None
    person_id = case_page(database, sent.case_id, by).person.id
    workshop.pass_time(1)
    code = make_slip(database, person_id, WISHED, by).code
    workshop.pass_time(1)
    workshop.answer(there.org, sent.id, "accept", "")
    workshop.pass_time(1)
    begin_visit(database, code, "a form")
    workshop.pass_time(1)
    end_slip(database, person_id, by)
    workshop.answer(there.org, sent.id, "start", "")

    names = [here.about.staff[0].username, there.about.staff[1].username]
    delivered, accepted = ((("legal_assistance", s),) for s in (State.DELIVERED, State.ACCEPTED))
    assert [(act.who, act.action, act.has_changed, act.sees) for act in told(workshop)] == [
        (names[0], Action.PERSON_REGISTERED, True, None),
        (names[0], Action.CONSENT_RECORDED, False, None),
        (names[0], Action.CASE_OPENED, False, None),
        (names[0], Action.REFERRAL_SENT, False, None),
        (names[0], Action.SLIP_MADE, True, delivered),
        (names[1], Action.REFERRAL_MOVED, True, accepted),
        ("", Action.SLIP_OPENED, False, accepted),
        (names[0], Action.SLIP_ENDED, True, None),
        (names[1], Action.REFERRAL_MOVED, False, None),
    ]


def test_a_code_that_is_over_shows_nothing(workshop: Practice) -> None:
    here = workshop.plan.nodes[0]
    database, by = workshop.database(here), worker(here)
    sent = sends(workshop)
    assert sent.case_id is not None
    make_slip(database, case_page(database, sent.case_id, by).person.id, WISHED, by)
    workshop.clock.pass_time(hours=7 * 24)
    workshop.pass_time(1)
    workshop.answer(workshop.plan.nodes[1].org, sent.id, "accept", "")

    assert [(act.has_changed, act.sees is None) for act in told(workshop)[-2:]] == [
        (True, False),
        (True, True),
    ]


def test_the_page_shows_it(practice: Practice, facilitator: Browser) -> None:
    here = practice.plan.nodes[0]
    sent = sends(practice)
    practice.tick()
    assert sent.case_id is not None
    person_id = case_page(practice.database(here), sent.case_id, worker(here)).person.id
    made = make_slip(practice.database(here), person_id, WISHED, worker(here))
    begin_visit(practice.database(here), made.code, "another form")
    facilitator.speaks("en")

    page = words(facilitator.get("/practice/debriefing"))
    assert "Person registered The person could see: nothing, for no printed code was in force" in page
    assert "Printed code made The person could see: Legal assistance: They have it." in page
    assert "the person, with the printed code: Opened with the printed code" in page
