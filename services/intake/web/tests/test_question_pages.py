"""Ask who has room, see the answers, refer to the one chosen; answer others with one click."""

import re
from datetime import timedelta
from typing import Any

import pytest

from services.intake.storage.capacity_tables import enquiries, questions, replies
from services.intake.tests.node import HERE, THERE, WORKER
from services.intake.tests.test_capacity import answered, enquiry
from services.intake.usecases.cases import add_need
from services.intake.web.tests.site import ELSEWHERE, Site
from services.intake.web.tests.visitors import Browser, Partner, text, words
from shared.schemas.intake import CapacityAnswered, CapacityAsked
from shared.schemas.questions import (
    CapacityQuestionNoted,
)

VALUE = re.compile('value="([^"]+)"')
ASKED = {"service_type": "legal_assistance", "urgency": "urgent", "area": "Hrodna"}


def asks(site: Site, worker: Browser) -> str:
    address = str(worker.send("/questions/new", **ASKED).location)
    [question] = site.node.rows(questions)
    noted = CapacityQuestionNoted(
        question_id=question["id"], asked=[ELSEWHERE, THERE], answer_by=site.node.at + timedelta(hours=8)
    )
    site.node.hears(noted)
    return address


def test_all_who_offer_it_are_asked_and_not_our_own(site: Site, worker: Browser) -> None:
    worker.send("/questions/new", **ASKED)
    [said] = site.node.said(CapacityAsked)
    [question] = site.node.rows(questions)
    address = f"/questions/{question['id']}"

    assert said.letter.said.readers == ("hub", THERE, ELSEWHERE)
    assert {row["org"] for row in site.node.rows(replies)} == {THERE, ELSEWHERE}
    assert "Night Shelter no answer yet" in words(worker.get(address))
    assert "Harbour House" not in words(worker.get(address)).split("Who has room?")[1]


def test_the_form_sent_twice_asks_once(site: Site, worker: Browser) -> None:
    form = worker.form("/questions/new") | ASKED

    first, second = (worker.client.post("/questions/new", data=form) for _ in range(2))

    assert first.location == second.location
    assert len(site.node.rows(questions)) == 1


def test_the_answers_come_to_the_page_and_lead_to_a_referral(site: Site, worker: Browser) -> None:
    _, case = site.node.has_case()
    need = add_need(site.node.database, case.id, "legal_assistance", "high", WORKER)
    address = asks(site, worker)
    [question] = site.node.rows(questions)
    answered(site.node, question["id"], "waiting_list")

    page = worker.get(address)

    assert f"Legal Aid waiting list 2 Mar 2026, 12:00 Refer to Legal Aid: {case.reference}" in words(page)
    link = f"/cases/{case.id}/needs/{need.id}/refer?to_org={THERE}&amp;urgency=urgent"
    assert link in text(page)
    chosen = text(worker.get(link.replace("&amp;", "&")))
    checked = {
        value for tag in re.findall("<input[^>]*checked[^>]*>", chosen) for value in VALUE.findall(tag)
    }
    assert checked == {THERE, "urgent"}


def test_the_time_for_answers_ends(site: Site, worker: Browser) -> None:
    address = asks(site, worker)
    site.node.pass_time(hours=8)

    assert "Legal Aid no answer" in words(site.browser().get(address)).replace("no answer yet", "waits")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"service_type": ""}, "Choose what is needed."),
        ({"urgency": ""}, "Say how urgent it is."),
        ({"service_type": "cash"}, "Nobody offers this to somebody like that. Ask for less."),
        ({"area": "Maria"}, "Choose one of the options."),
    ],
)
def test_what_is_missing_is_said(site: Site, worker: Browser, changed: dict[str, str], said: str) -> None:
    response = worker.send("/questions/new", **{**ASKED, **changed})

    assert response.status_code == 422
    assert said in words(response)
    assert site.node.rows(questions) == []


def test_one_click_answers_and_the_inbox_says_that_something_waits(site: Site, worker: Browser) -> None:
    asked = enquiry(site.node)
    assert "Inbox (1)" in words(worker.get("/inbox"))
    assert "Questions about room 1" in words(worker.get("/inbox"))
    page = words(worker.get("/questions"))
    assert "Safe accommodation from Legal Aid · urgent · 18" in page

    response = worker.client.post(
        f"/questions/asked/{asked}", data=worker.form("/questions") | {"answer": "capacity"}
    )

    assert response.status_code == 303
    assert [said.event.answer for said in site.node.said(CapacityAnswered)] == ["capacity"]
    assert "Answered. Only the organisation that asked reads it." in words(worker.get("/questions"))
    assert "Questions about room" not in words(worker.get("/inbox")).split("Inbox", 3)[-1]


def test_a_colleague_was_quicker(site: Site, worker: Browser) -> None:
    asked = enquiry(site.node)
    for who in (site.browser("ihar"), worker):
        form = who.form("/questions") | {"answer": "capacity", "once": str(who)}
        who.client.post(f"/questions/asked/{asked}", data=form)

    assert "A colleague has answered already." in words(worker.get("/questions"))
    assert [row["answered_by"] for row in site.node.rows(enquiries)] == ["ihar"]


def test_the_api_asks_and_answers(site: Site, partner: Partner) -> None:
    made: dict[str, Any] = partner.made("/questions", ASKED)
    asked = enquiry(site.node)

    assert [reply["stands"] for reply in made["replies"]] == ["waiting", "waiting"]
    assert partner.get(f"/questions/{made['id']}").get_json()["wanted"]["area"] == "Hrodna"
    listed = partner.get("/questions").get_json()
    assert ([one["id"] for one in listed["asked"]], [one["id"] for one in listed["asked_of_us"]]) == (
        [made["id"]],
        [str(asked)],
    )
    for status in (200, 409):
        response = partner.post(f"/questions/asked/{asked}", {"answer": "no_capacity"})
        assert response.status_code == status
    assert partner.post("/questions", ASKED | {"area": "Maria"}).get_json()["errors"] == {
        "area": "unknown_code"
    }
    assert HERE not in text(partner.get(f"/questions/{made['id']}"))
