"""Invite one more to a conference, at its page and by a program; who was told what, as the page says it."""

from services.intake.tests.conferring import act, has_case_to_confer, hears, invited, opens, put_to_us
from services.intake.tests.node import HERE, START, THERE, WORKER
from services.intake.usecases.conference_thread import close_conference, write_message
from services.intake.usecases.consent import record_consent, withdraw_consent
from services.intake.web.tests.site import ELSEWHERE, Site
from services.intake.web.tests.test_conference_pages import case_of
from services.intake.web.tests.visitors import Browser, text, words
from shared.clock import new_id
from shared.schemas.conferences import ConferenceConfirmed, ConferenceInvited


def test_one_more_is_invited_and_sees_that_it_came_later(site: Site, worker: Browser) -> None:
    case = case_of(site)
    conference = opens(site.node, case)
    address = f"/conferences/{conference.id}/invite"

    page = text(worker.get(address))
    assert f'value="{ELSEWHERE}"' in page
    assert f'value="{THERE}"' not in page
    assert "who could shelter her?" in page
    for bad in ({}, {"organisation": "clinic"}, {"organisation": THERE}):
        assert worker.send(address, **bad).status_code == 422
    assert site.node.said(ConferenceInvited) == []
    assert worker.send(address, organisation=ELSEWHERE).status_code == 303
    page = words(worker.get(f"/conferences/{conference.id}"))
    assert "has invited one more: Night Shelter" in page
    assert "Night Shelter invited later has not said yet what it was told" in page
    assert "There is no organisation left" in words(worker.get(address))


def test_why_nobody_can_be_invited_is_said(site: Site, worker: Browser) -> None:
    person, case = has_case_to_confer(site.node, organisations=[THERE, ELSEWHERE])
    conference = opens(site.node, case, fields=["gender"])
    agreed = {"given_by": "individual", "purposes": ["conference"], "organisations": [THERE], "fields": []}
    record_consent(site.node.database, person.id, agreed, WORKER)
    address = f"/conferences/{conference.id}/invite"

    assert "The consent does not cover all that was told." in words(worker.get(address))
    withdraw_consent(site.node.database, person.id, WORKER)
    assert "The conference is over" in words(worker.get(address))
    assert site.browser("ihar").get(f"/conferences/{invited(site.node)}/invite").status_code == 403


def test_that_somebody_was_told_something_else_stands_on_top(site: Site) -> None:
    conference_id = invited(site.node, invited=[HERE, ELSEWHERE])
    focal = site.browser("ihar")
    assert "Not all were told the same" not in words(focal.get(f"/conferences/{conference_id}"))
    differs = {"case": "0" * 64, "invited": [HERE, ELSEWHERE]}
    hears(site.node, act(ConferenceConfirmed, conference_id), differs, sender=ELSEWHERE)

    page = words(focal.get(f"/conferences/{conference_id}"))
    assert "somebody was told something else than we were: Night Shelter." in page
    assert "Night Shelter was told something else" in page


def test_who_was_invited_later_is_told_so(site: Site) -> None:
    conference_id = new_id()
    known = {"act_id": str(new_id()), "made_at": START.isoformat(), "joined": [HERE]}
    hears(site.node, act(ConferenceInvited, conference_id), put_to_us(invited=[ELSEWHERE]) | known)

    page = words(site.browser("ihar").get(f"/conferences/{conference_id}"))
    assert "We were invited later. What was written before is not here." in page


def test_programs_read_it_and_invite_one_more(site: Site) -> None:
    conference = opens(site.node, case_of(site), fields=["gender"])
    write_message(site.node.database, conference.id, {"text": "hello"}, WORKER)
    partner = site.partner("olena")
    address = f"/conferences/{conference.id}"

    assert [one["id"] for one in partner.get("/conferences").get_json()["items"]] == [str(conference.id)]
    refused = partner.post(f"{address}/invite", {"organisation": THERE})
    assert (refused.status_code, refused.get_json()["errors"]) == (422, {"organisation": "already_invited"})
    for bad in ({}, {"organisation": 7}, {"organisation": ELSEWHERE, "sure": True}):
        assert partner.post(f"{address}/invite", bad).status_code == 422
    assert partner.post(f"{address}/invite", {"organisation": ELSEWHERE}).get_json()["joined"] == [ELSEWHERE]
    found = partner.get(address).get_json()
    assert (found["question"], found["facts"]) == ("who could shelter her?", {"gender": "Woman"})
    assert [(one["kind"], one["text"], one["invited"]) for one in found["acts"]] == [
        ("opened", None, None),
        ("said", "hello", None),
        ("invited", None, ELSEWHERE),
    ]
    assert found["told"] == {THERE: "not_said", ELSEWHERE: "not_said"}
    close_conference(
        site.node.database,
        conference.id,
        {"actions": [{"org": THERE, "what": "a bed", "until": "2026-03-09"}]},
        WORKER,
    )
    assert partner.get(address).get_json()["agreed"] == [
        {"org": THERE, "what": "a bed", "until": "2026-03-09"}
    ]
    again = partner.post(f"{address}/invite", {"organisation": ELSEWHERE})
    assert (again.status_code, again.get_json()["state"]) == (409, "conference_closed")
