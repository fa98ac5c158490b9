"""Open a conference from a case's page, look at what leaves, write, agree, leave; bad input on each page."""

import re
from typing import Any

import pytest

from services.intake.domain import Case
from services.intake.storage.conference_tables import conference_acts, conferences
from services.intake.tests.conferring import has_case_to_confer, invited, opens
from services.intake.tests.node import THERE, WORKER
from services.intake.usecases.conference_thread import conference_page
from services.intake.usecases.conferences import list_conferences
from services.intake.usecases.consent import withdraw_consent
from services.intake.web.tests.site import ELSEWHERE, Site
from services.intake.web.tests.visitors import Browser, text, words
from shared.schemas.conferences import (
    ConferenceClosed,
    ConferenceDeparted,
    ConferenceMessageSent,
    ConferenceOpened,
)

FILLED: dict[str, Any] = {
    "fields": ["gender", "opened_on"],
    "region": "Hrodna",
    "question": "who could shelter a mother and her child?",
    "organisations": [THERE, ELSEWHERE],
    "days": "14",
}


def case_of(site: Site) -> Case:
    _, case = has_case_to_confer(site.node, organisations=[THERE, ELSEWHERE])
    return case


def new(case: Case) -> str:
    return f"/cases/{case.id}/conferences/new"


def checks(worker: Browser, case: Case, **changes: Any) -> str:
    return text(worker.send(new(case), **FILLED | {"go": "check"} | changes))


def test_nothing_is_chosen_beforehand(site: Site, worker: Browser) -> None:
    page = worker.text(new(case_of(site)))

    assert "checked" not in page
    assert 'value="gender"' in page
    assert "selected" not in page.split('id="region"')[1].split("</select>")[0].replace(
        'selected value=""', ""
    )


def test_exactly_what_is_shown_leaves(site: Site, worker: Browser) -> None:
    case = case_of(site)
    form = worker.form(new(case))
    shown = words(worker.client.post(new(case), data=form | FILLED | {"go": "check"}))
    sent = worker.client.post(new(case), data=form | FILLED | {"go": "send"})

    [opened] = list_conferences(site.node.database, WORKER)
    told = conference_page(site.node.database, opened.id, WORKER).opening
    assert sent.location == f"/conferences/{opened.id}"
    assert told["facts"].keys() == {"gender", "opened_on", "region"}
    page = words(worker.get(sent.location))
    for value in ("Woman", "Hrodna", FILLED["question"]):
        assert value in shown
        assert value in page
    [day] = set(re.findall(r"\d+ [A-Z][a-z]+ 202\d", shown.split("was opened")[1].split("Region")[0]))
    assert f"was opened {day}" in page
    assert {said.event.to_org for said in site.node.said(ConferenceOpened)} == {THERE, ELSEWHERE}


def test_sent_twice_it_is_opened_once(site: Site, worker: Browser) -> None:
    case = case_of(site)
    form = worker.form(new(case)) | FILLED | {"go": "send"}
    first, second = (worker.client.post(new(case), data=form) for _ in range(2))

    assert first.location == second.location
    assert len(site.node.rows(conferences)) == 1


def test_a_name_of_the_person_is_marked_and_never_leaves(site: Site, worker: Browser) -> None:
    case = case_of(site)
    named = "Можно ли помочь Марии?"
    page = checks(worker, case, question=named)

    assert '<mark class="mark-known">Марии' in page
    assert 'value="send"' not in page
    refused = worker.send(new(case), **FILLED | {"question": named, "go": "send", "sure": "y"})
    assert refused.status_code == 422
    assert site.node.rows(conferences) == []


def test_what_only_looks_like_a_name_needs_a_tick(site: Site, worker: Browser) -> None:
    case = case_of(site)
    doubtful = FILLED | {"question": "Do we ask in Vitebsk?", "go": "send"}
    refused = worker.send(new(case), **doubtful)

    assert refused.status_code == 422
    assert '<mark class="mark-suspicious">Vitebsk' in text(refused)
    assert worker.send(new(case), **doubtful | {"sure": "y"}).status_code == 303


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"question": ""}, "Write what you want to know."),
        ({"question": "a" * 2001}, "The number of characters must not exceed 2000."),
        ({"question": " "}, "Fill this in."),
        ({"organisations": []}, "Tick at least one."),
        ({"organisations": ["clinic"]}, "There is no option 'clinic' here."),
        ({"days": "31"}, "Enter a number of days from 1 to 30."),
        ({"days": "-1"}, "Enter a number of days from 1 to 30."),
        ({"days": "soon"}, "Not a valid integer value."),
        ({"fields": ["given_name"]}, "There is no option 'given_name' here."),
        ({"region": "Nowhere 1"}, "Choose one of the options."),
    ],
)
def test_bad_input_is_refused_with_what_to_do(
    site: Site, worker: Browser, changed: dict[str, Any], said: str
) -> None:
    response = worker.send(new(case_of(site)), **FILLED | {"go": "send"} | changed)

    assert response.status_code == 422
    assert said in words(response)
    assert site.node.rows(conferences) == []


def test_without_consent_for_it_the_page_says_so(site: Site, worker: Browser) -> None:
    _, case = site.node.has_case()

    assert "The person has not agreed to a case conference." in words(worker.get(new(case)))


def test_a_message_is_looked_through_and_goes_to_all(site: Site, worker: Browser) -> None:
    conference = opens(site.node, case_of(site))
    address = f"/conferences/{conference.id}/write"

    assert "known of the person" in words(worker.send(address, text="Maria is well."))
    doubtful = worker.send(address, text="We spoke to Anders.")
    assert doubtful.status_code == 422
    assert "Anders (a name?)" in words(doubtful)
    assert site.node.said(ConferenceMessageSent) == []
    for bad in ("", "a" * 2001):
        assert worker.send(address, text=bad).status_code == 422
    assert worker.send(address, text="she is well.").status_code == 303
    assert [said.event.to_org for said in site.node.said(ConferenceMessageSent)] == [THERE]
    assert "she is well." in words(worker.get(f"/conferences/{conference.id}"))


def test_it_is_closed_with_what_was_agreed(site: Site, worker: Browser) -> None:
    conference = opens(site.node, case_of(site))
    address = f"/conferences/{conference.id}/close"

    assert "Fill this in." in words(worker.send(address))
    row = {"org_0": THERE, "what_0": "a room for two", "until_0": "2026-03-09"}
    for bad, why in (
        ({"until_0": "2026-03-01"}, "This date has passed. Enter a later one."),
        ({"org_0": ""}, "Fill this in."),
        ({"what_0": "a" * 501}, "The number of characters must not exceed 500."),
        ({"what_0": "a room for Maria"}, "could tell who the person is"),
        ({"org_0": "clinic"}, "Choose one of the options."),
    ):
        refused = worker.send(address, **row | bad)
        assert (refused.status_code, why in words(refused)) == (422, True), why
    assert worker.send(address, **row).status_code == 303
    assert [said.event.to_org for said in site.node.said(ConferenceClosed)] == [THERE]
    assert "Legal Aid , until 9 March 2026 a room for two" in words(
        worker.get(f"/conferences/{conference.id}")
    )
    assert "The conference is closed." in words(
        worker.send(f"/conferences/{conference.id}/write", text="more")
    )


def test_an_invitation_is_the_focal_point_s_until_somebody_is_named(site: Site, worker: Browser) -> None:
    conference_id = invited(site.node)
    focal, address = site.browser("ihar"), f"/conferences/{conference_id}"

    assert worker.get(address).status_code == 404
    assert "There is something new in case conferences." in words(focal.get("/inbox"))
    assert "A question." in words(focal.get(address))
    assert "There is something new" not in words(focal.get("/inbox"))
    focal.send(f"{address}/team", members=["olena"])
    assert "There is something new in case conferences." in words(worker.get("/inbox"))
    assert "A question." in words(worker.get(address))
    assert worker.send(f"{address}/write", text="we could help").status_code == 303
    assert worker.send(f"{address}/leave").status_code == 403
    assert focal.send(f"{address}/close", org_0=THERE).status_code in (403, 422)


def test_who_leaves_has_nothing_any_more(site: Site) -> None:
    conference_id = invited(site.node)
    focal, address = site.browser("ihar"), f"/conferences/{conference_id}"

    assert focal.send(f"{address}/leave").status_code == 303
    page = words(focal.get(address))
    assert "A question." not in page
    assert "What was said in it is erased." in page
    assert [said.event.to_org for said in site.node.said(ConferenceDeparted)] == [THERE]
    assert {row["sealed"] for row in site.node.rows(conference_acts)} == {None}


def test_after_consent_is_withdrawn_nothing_can_be_done(site: Site, worker: Browser) -> None:
    person, case = has_case_to_confer(site.node)
    conference = opens(site.node, case)
    withdraw_consent(site.node.database, person.id, WORKER)
    address = f"/conferences/{conference.id}"

    assert "ended early and erased" in words(worker.get(address))
    for what in ("write", "close", "end"):
        row = {"text": "more", "org_0": THERE, "what_0": "more", "until_0": "2026-03-09"}
        refused = worker.send(f"{address}/{what}", **row)
        assert (refused.status_code, "The conference is over" in words(refused)) == (422, True), what


def test_the_page_of_the_case_leads_there(site: Site, worker: Browser) -> None:
    case = case_of(site)
    conference = opens(site.node, case)
    page = text(worker.get(f"/cases/{case.id}"))

    assert f"/conferences/{conference.id}" in page
    assert new(case) in page
    assert f"/conferences/{conference.id}" in text(worker.get("/conferences"))
