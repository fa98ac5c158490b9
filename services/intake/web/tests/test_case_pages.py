"""The page of a case: it says where the case stands and leads from step to step, as far as closure and back."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Table

from services.intake.storage.sheet_tables import sheets
from services.intake.storage.tables import needs
from services.intake.tests.node import CHEAP, THERE, WORKER
from services.intake.usecases.sheets import assess, plan_follow_up
from services.intake.web import create_app
from services.intake.web.context import HOUSE, House
from services.intake.web.tests.site import Site, settings
from services.intake.web.tests.visitors import Browser, words
from shared.settings import SettingsWrong, read

SCREENED = {"debt": "yes", "conclusion": "presumed_victim", "identified_by": "own_organisation"}
GIVEN = {"service_type": "food", "how": "own_service", "given_by": "Olena", "given_on": "2026-03-02"}
CONSENT = {"given_by": "individual", "purposes": ["referral"], "organisations": [THERE], "fields": ["alias"]}


@pytest.fixture
def approving(site: Site) -> Iterator[None]:
    """A node where a focal point approves that a case is closed."""
    before = site.app.extensions[HOUSE]
    site.app.extensions[HOUSE] = House(closure_needs_approval=True)
    yield
    site.app.extensions[HOUSE] = before


def next_step(page: str) -> str:
    """What stands after the words."""
    return page.split("Next step ")[1][:40] if "Next step " in page else ""


def led(site: Site, worker: Browser, person: str, case: str) -> Iterator[str]:
    """The whole way of a case; before each thing that is done, what its page says comes next."""

    def step() -> str:
        return next_step(words(worker.get(case)))

    def newest(table: Table) -> Any:
        return site.node.rows(table)[-1]["id"]

    yield step()
    assert worker.send(f"{case}/screening", **SCREENED).location == case
    yield step()
    worker.send(f"{person}/consent", **CONSENT)
    yield step()
    factors = worker.send(f"{case}/assessment", safety="2", income="1", risk="medium").location
    assert worker.send(factors, risk_household="Debts.").location == case
    yield step()
    worker.send(f"{case}/needs/new", service_type="food", priority="high", how="own_service")
    yield step()
    worker.send(f"{case}/needs/{newest(needs)}/give", meets="y", **GIVEN)
    yield step()
    worker.send(f"{case}/follow-ups/new", due_on="2026-03-09", type="visit")
    yield step()
    worker.send(f"{case}/follow-ups/{newest(sheets)}/done", done_on="2026-03-02", finding="She is well.")
    yield step()
    worker.send(f"{case}/close", reason="plan_completed")
    yield step()


THE_WAY = (
    "Screening",
    "Record consent",
    "Assess needs and risks",
    "Plan: note the needs",
    "Give help yourselves",
    "Plan a follow-up",
    "Follow up",
    "Close the case",
    "",
)


def test_a_case_is_led_from_the_first_question_to_closure(site: Site, worker: Browser) -> None:
    person = worker.send("/people/new", alias="Swallow").location
    case = worker.send(f"{person}/cases/new").location

    said = list(led(site, worker, person, case))

    assert [one[: len(step)] for one, step in zip(said, THE_WAY, strict=True)] == list(THE_WAY)
    page = words(worker.get(case))
    shown = ("Has to work off a debt", "Debts.", "She is well.", "2: at risk", "Provided by our organisation")
    assert [one for one in shown if one not in page] == []
    assert page.count(" done ") >= 7


def test_what_was_skipped_is_said_and_holds_nobody_up(site: Site, worker: Browser) -> None:
    _, case = site.node.has_case()
    worker.send(f"/cases/{case.id}/needs/new", service_type="food", priority="high")

    page = words(worker.get(f"/cases/{case.id}"))

    assert "Identification and screening not recorded" in page
    assert next_step(page).startswith("Refer")


def test_nothing_may_be_written_of_what_endangers_and_protects(site: Site, worker: Browser) -> None:
    _, case = site.node.has_case()
    assert worker.send(f"/cases/{case.id}/factors").location == f"/cases/{case.id}"
    assert site.node.rows(sheets) == []


def test_the_first_and_the_last_assessment_stand_side_by_side(site: Site, worker: Browser) -> None:
    _, case = site.node.has_case()
    assess(site.node.database, case.id, {"levels": {"safety": 1, "income": 3}, "risk": "high"}, WORKER)
    assert "First, " not in words(worker.get(f"/cases/{case.id}"))
    assess(site.node.database, case.id, {"levels": {"safety": 3, "income": 2}, "risk": "low"}, WORKER)

    page = words(worker.get(f"/cases/{case.id}"))

    assert "Safety and risk management 1: in crisis 3: stable up 2" in page
    assert "Income 3: stable 2: at risk down 1" in page
    assert "Resilience not assessed not assessed –" in page  # noqa: RUF001 - as the page has it


def test_immediate_risk_stands_first_on_the_first_page(site: Site, worker: Browser) -> None:
    person, case = site.node.has_case()
    worker.send(f"/cases/{case.id}/assessment", safety="1", risk="high", immediate_risk="y")
    plan_follow_up(site.node.database, case.id, {"due_on": site.node.at.date(), "type": "phone"}, WORKER)

    inbox = words(worker.get(worker.get("/").location))

    assert inbox.index("Immediate risk 1") < inbox.index("Due today in our cases 1")
    assert f"{case.reference} Phone call Follow-up · 2 March 2026 immediate risk" in inbox
    assert "Life or freedom is in danger now. See this person before others." in words(
        worker.get(f"/cases/{case.id}")
    )
    assert "immediate risk" in words(worker.get(f"/people/{person.id}"))


def test_whoever_is_at_immediate_risk_is_found_first(site: Site, worker: Browser) -> None:
    _, case = site.node.has_case(given_name="Tamarisk")
    site.node.registers(given_name="Juniper")
    assert words(worker.get("/people")).index("Juniper") < words(worker.get("/people")).index("Tamarisk")
    worker.send(f"/cases/{case.id}/assessment", safety="1", risk="high", immediate_risk="y")

    page = words(worker.get("/people"))

    assert "Tamarisk Person immediate risk" in page
    assert page.index("Tamarisk") < page.index("Juniper")


def test_what_was_written_stands_among_what_happened(site: Site, worker: Browser) -> None:
    person, case = site.node.has_case()
    site.node.pass_time(minutes=1)
    worker.send(f"/cases/{case.id}/screening", **SCREENED)

    page = words(worker.get(f"/people/{person.id}"))

    assert page.index("Screening noted") < page.index(f"Case {case.reference} opened")


def test_what_is_overdue_is_marked(site: Site, worker: Browser) -> None:
    _, case = site.node.has_case()
    plan_follow_up(site.node.database, case.id, {"due_on": site.node.at.date(), "type": "phone"}, WORKER)
    site.node.pass_time(days=2)

    inbox = words(site.browser().get("/inbox"))

    assert "Phone call Follow-up · 2 March 2026 overdue" in inbox


@pytest.mark.parametrize(
    ("path", "given", "said"),
    [
        ("screening", {}, ["Choose a conclusion.", "Say who concluded."]),
        ("assessment", {"risk": "low"}, ["Fill this in."]),
        ("assessment", {"safety": "9", "risk": "low"}, ["Choose one of the options."]),
        ("follow-ups/new", {"due_on": "2026-03-01", "type": "visit"}, ["This date has passed."]),
        ("services/new", {"given_on": "2026-03-03"}, ["Choose what was given."]),
        ("reopen", {"why": "So."}, ["The case is open."]),
    ],
)
def test_what_is_wrong_is_said(
    site: Site, worker: Browser, path: str, given: dict[str, Any], said: list[str]
) -> None:
    _, case = site.node.has_case()

    response = worker.send(f"/cases/{case.id}/{path}", **given)

    assert response.status_code == 422
    assert [sentence for sentence in said if sentence not in words(response)] == []
    assert site.node.rows(sheets) == []


def test_a_follow_up_of_another_case_is_not_there(site: Site, worker: Browser) -> None:
    _, case = site.node.has_case()
    _, other = site.node.has_case()
    planned = plan_follow_up(
        site.node.database, other.id, {"due_on": site.node.at.date(), "type": "phone"}, WORKER
    )

    assert worker.get(f"/cases/{case.id}/follow-ups/{planned.id}/done").status_code == 404
    assert worker.get(f"/cases/{other.id}/follow-ups/{planned.id}/done").status_code == 200


@pytest.mark.usefixtures("approving")
def test_a_closure_is_approved_by_a_focal_point(site: Site, worker: Browser) -> None:
    _, case = site.node.has_case()
    address = f"/cases/{case.id}"
    worker.send(f"{address}/close", reason="reintegrated")
    assert "A focal point is to approve the closure." in words(worker.get(address))
    focal = site.browser("ihar")
    assert f"Closures that wait for your approval 1 {case.reference}" in words(focal.get("/inbox"))
    assert "Olena wants to close it: Reintegrated" in words(focal.get(f"{address}/closure"))

    focal.send(f"{address}/closure", decision="send_back", why="Ask about the flat.")
    page = words(worker.get(address))
    assert "The closure was sent back on 2 March 2026 Ask about the flat." in page
    worker.send(f"{address}/close", reason="reintegrated")
    focal.send(f"{address}/closure", decision="approve")

    assert "Closed on 2 March 2026: Reintegrated" in words(worker.get(address))


def test_a_closed_case_is_opened_again(site: Site, worker: Browser) -> None:
    _, case = site.node.has_case()
    address = f"/cases/{case.id}"
    worker.send(f"{address}/close", reason="contact_lost")

    assert worker.send(f"{address}/reopen", why="She has called.").location == address

    page = words(worker.get(address))
    assert "Open case" in page
    assert "Opened again on 2 March 2026 She has called." in page


def test_the_settings_say_how_the_node_works(site: Site) -> None:
    app = create_app(site.node.database, settings(closure_approval="focal_point"), hasher=CHEAP)

    assert app.extensions[HOUSE].closure_needs_approval
    assert app.extensions[HOUSE].own_fields.version == 3


@pytest.mark.parametrize(
    ("name", "value"), [("CLOSURE_APPROVAL", "anybody"), ("OWN_FIELDS_FILE", "nowhere.json")]
)
def test_a_setting_that_cannot_be_is_refused(name: str, value: str) -> None:
    with pytest.raises(SettingsWrong, match=f"THROUGHLINE_{name} must be"):
        read(type(settings()), {f"THROUGHLINE_{name}": value})


def test_the_basis_of_a_consent_is_shown_where_it_is_not_consent(site: Site, worker: Browser) -> None:
    person = site.node.registers()
    worker.send(f"/people/{person.id}/consent", **CONSENT)
    assert "Legal basis" not in words(worker.get(f"/people/{person.id}"))

    worker.send(f"/people/{person.id}/consent", **CONSENT, legal_basis="vital_interests")

    assert "Legal basis Vital interests: life or health in danger" in words(
        worker.get(f"/people/{person.id}")
    )


def test_forms_are_short(site: Site, worker: Browser) -> None:
    _, case = site.node.has_case(age_band="9--11")
    asked = ("screening", "assessment", "factors", "services/new", "follow-ups/new", "needs/new", "close")
    for path in asked:
        page = (
            worker.text(f"/cases/{case.id}/{path}").split('class="panel questions"')[1].split("<details")[0]
        )
        assert page.count('class="field') <= 14, path
