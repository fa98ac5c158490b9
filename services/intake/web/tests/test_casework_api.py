"""The steps of case work at the API: as on pages, documented, refused with a code for each field."""

from typing import Any

import pytest

from services.intake.storage.sheet_tables import sheets
from services.intake.storage.tables import cases
from services.intake.tests.node import WORKER
from services.intake.usecases.closing import close_case
from services.intake.web.context import HOUSE, House
from services.intake.web.tests.site import Site
from services.intake.web.tests.visitors import Partner

SCREENED = {"answers": {"debt": "yes"}, "conclusion": "presumed_victim", "identified_by": "police"}
ASSESSED = {"levels": {"safety": 1, "income": 4}, "risk": "high", "immediate_risk": True}
FACTORS = {"protective": {"community": "Her choir."}}
GIVEN = {"service_type": "food", "how": "own_service", "given_by": "Olena", "given_on": "2026-03-01"}
PLANNED = {"due_on": "2026-03-09", "type": "phone"}


def test_a_case_goes_its_way_at_the_api(site: Site, partner: Partner) -> None:
    _, case_id = partner.has_case()
    case = f"/cases/{case_id}"
    need = partner.made(
        f"{case}/needs",
        {"service_type": "food", "priority": "low", "how": "own_service", "planned_on": "2026-03-05"},
    )
    screening = partner.made(f"{case}/screenings", SCREENED)
    assessment = partner.made(f"{case}/assessments", ASSESSED)
    partner.made(f"{case}/factors", FACTORS)
    partner.made(f"{case}/services", GIVEN | {"need_id": need["id"], "meets": True})
    planned = partner.made(f"{case}/follow-ups", PLANNED)
    done = partner.post(f"/follow-ups/{planned['id']}/done", {"done_on": "2026-03-02", "finding": "Well."})

    file = partner.get(case).get_json()

    assert screening["content"] == {"lists": 2, **SCREENED}
    assert assessment["content"] == {"lists": 2, **ASSESSED}
    assert done.get_json() == file["sheets"][-1]
    assert [one["kind"] for one in file["sheets"]] == [
        "screening",
        "assessment",
        "factors",
        "service",
        "follow_up",
    ]
    assert (file["risk"], file["immediate_risk"], file["identified_by"]) == ("high", True, "police")
    assert (file["needs"][0]["state"], file["needs"][0]["outcome"]) == ("met", "provided_by_own_agency")
    assert file["needs"][0]["planned_on"] == "2026-03-05"
    assert {one["name"]: one["status"] for one in file["path"]} == {
        "identification": "done",
        "registration": "done",
        "assessment": "done",
        "plan": "done",
        "implementation": "done",
        "follow_up": "done",
        "closure": "now",
    }


def test_a_case_is_closed_and_opened_again(site: Site, partner: Partner) -> None:
    _, case_id = partner.has_case()

    closed = partner.post(f"/cases/{case_id}/closure", {"reason": "returned"}).get_json()
    opened = partner.post(f"/cases/{case_id}/reopening", {"why": "She has come back."}).get_json()
    again = partner.post(f"/cases/{case_id}/reopening", {"why": "She has come back."})

    assert (closed["status"], closed["closure_reason"]) == ("closed", "returned")
    assert (opened["status"], opened["closure_reason"], opened["closed_at"]) == ("open", None, None)
    assert (again.status_code, again.get_json()["state"]) == (409, "open")


def test_where_a_focal_point_approves_the_case_waits(site: Site, partner: Partner) -> None:
    before = site.app.extensions[HOUSE]
    site.app.extensions[HOUSE] = House(closure_needs_approval=True)
    _, case_id = partner.has_case()
    try:
        asked = partner.post(f"/cases/{case_id}/closure", {"reason": "returned"}).get_json()
    finally:
        site.app.extensions[HOUSE] = before

    focal = site.partner("ihar")
    refused = partner.post(f"/cases/{case_id}/closure/decision", {"decision": "approve"})
    decided = focal.post(f"/cases/{case_id}/closure/decision", {"decision": "approve"}).get_json()

    assert (asked["status"], refused.status_code, decided["status"]) == ("open", 403, "closed")


BAD: dict[str, tuple[str, Any, dict[str, str]]] = {
    "an unknown sign": ("screenings", SCREENED | {"answers": {"hunch": "yes"}}, {"answers": "unknown_code"}),
    "an unknown answer": ("screenings", SCREENED | {"answers": {"debt": "so"}}, {"answers": "unknown_code"}),
    "no object": ("screenings", SCREENED | {"answers": ["debt"]}, {"answers": "not_an_object"}),
    "no conclusion": ("screenings", {"identified_by": "police"}, {"conclusion": "needed"}),
    "no levels": ("assessments", {"risk": "low"}, {"levels": "needed"}),
    "nothing assessed": ("assessments", {"risk": "low", "levels": {}}, {"levels": "needed"}),
    "level five": ("assessments", ASSESSED | {"levels": {"safety": 5}}, {"levels": "unknown_code"}),
    "a half level": ("assessments", ASSESSED | {"levels": {"safety": 1.5}}, {"levels": "unknown_code"}),
    "a word for a flag": (
        "assessments",
        ASSESSED | {"immediate_risk": "true"},
        {"immediate_risk": "not_true_or_false"},
    ),
    "no factor": ("factors", {}, {"risk": "needed"}),
    "a long factor": ("factors", {"risk": {"individual": "x" * 1001}}, {"risk": "too_long"}),
    "given tomorrow": ("services", GIVEN | {"given_on": "2026-03-03"}, {"given_on": "in_the_future"}),
    "an id that is none": ("services", GIVEN | {"need_id": "1"}, {"need_id": "not_an_id"}),
    "planned for yesterday": ("follow-ups", PLANNED | {"due_on": "2026-03-01"}, {"due_on": "in_the_past"}),
    "an unknown reason": ("closure", {"reason": "finished"}, {"reason": "unknown_code"}),
    "no reason": ("reopening", {"why": "  "}, {"why": "needed"}),
    "another's name": ("follow-ups", PLANNED | {"by": "ihar"}, {"by": "unknown_field"}),
}


@pytest.mark.parametrize(("path", "body", "errors"), BAD.values(), ids=BAD.keys())
def test_what_is_wrong_is_refused_by_a_code(
    site: Site, partner: Partner, path: str, body: Any, errors: dict[str, str]
) -> None:
    _, case_id = partner.has_case()

    response = partner.post(f"/cases/{case_id}/{path}", body)

    assert (response.status_code, response.get_json()["errors"]) == (422, errors)
    assert site.node.rows(sheets) == []
    assert site.node.rows(cases)[0]["status"] == "open"


def test_a_request_that_is_repeated_writes_once(site: Site, partner: Partner) -> None:
    _, case_id = partner.has_case()
    answers = [
        partner.post(f"/cases/{case_id}/screenings", SCREENED, Idempotency_Key="once").get_json()
        for _ in range(2)
    ]

    assert answers[0] == answers[1]
    assert len(site.node.rows(sheets)) == 1


def test_in_a_closed_case_nothing_is_written(site: Site, partner: Partner) -> None:
    _, case = site.node.has_case()
    close_case(site.node.database, case.id, "returned", WORKER)

    response = partner.post(f"/cases/{case.id}/screenings", SCREENED)

    assert (response.status_code, response.get_json()["state"]) == (409, "closed")
