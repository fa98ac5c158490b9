"""Who comes in, and what an administrator and a stranger get to see: nothing."""

from uuid import uuid4

import pytest

from services.intake.storage.tables import sessions, staff
from services.intake.usecases.staff import accounts
from services.intake.web.tests.site import Site
from services.intake.web.tests.visitors import PASSWORD, Browser, Partner, referral, text, words
from shared.api_tokens import Terms

PAGES_ABOUT_PEOPLE = ("/inbox", "/people", "/people/new", "/referrals")


@pytest.mark.parametrize("address", ["/", *PAGES_ABOUT_PEOPLE, "/directory"])
def test_no_page_opens_without_a_sign_in(site: Site, address: str) -> None:
    response = site.browser(None).get(address)

    assert response.status_code == 302
    assert response.location.startswith("/sign-in")


def test_a_wrong_password_says_neither_which_part_is_wrong_nor_lets_in(site: Site) -> None:
    worker = site.browser(None)

    for username in ("olena", "nobody"):
        response = worker.send("/sign-in", username=username, password="not the password")
        assert response.status_code == 401
        assert "The user name or the password is not right." in words(response)

    assert site.node.rows(sessions) == []


def test_after_a_few_wrong_passwords_even_the_right_one_has_to_wait(site: Site) -> None:
    worker = site.browser(None)
    for _ in range(4):
        worker.send("/sign-in", username="olena", password="not the password")

    refused = worker.send("/sign-in", username="olena", password=PASSWORD)
    site.node.pass_time(seconds=60)

    assert refused.status_code == 429
    assert worker.send("/sign-in", username="olena", password=PASSWORD).status_code == 303


def test_the_session_is_another_one_after_each_sign_in_and_dead_after_the_sign_out(site: Site) -> None:
    worker = site.browser(None)
    worker.get("/sign-in")
    before = worker.client.get_cookie("session-harbour-house")
    worker.signs_in("olena")
    during = worker.client.get_cookie("session-harbour-house")
    worker.client.post("/sign-out", data=worker.form("/inbox"))

    assert before is not None
    assert during is not None
    assert before.value != during.value
    worker.client.set_cookie("session-harbour-house", during.value)
    assert worker.get("/inbox").status_code == 302


def test_somebody_who_left_is_signed_out(site: Site, worker: Browser) -> None:
    with site.node.database.transaction() as tx:
        tx.execute(staff.update().where(staff.c.username == "olena").values(active=False))

    assert worker.get("/inbox").status_code == 302


def test_an_administrator_sees_no_case_content_on_any_page(site: Site, partner: Partner) -> None:
    person_id, case_id = partner.has_case(given_name="Tamarisk")
    sent = partner.made("/referrals", referral(case_id))
    admin = site.browser("root")

    for address in (*PAGES_ABOUT_PEOPLE, f"/people/{person_id}", f"/referrals/{sent['id']}"):
        response = admin.get(address)
        assert response.status_code == 403
        assert "Tamarisk" not in text(response)
    assert "Inbox" not in words(admin.get("/directory"))


def test_what_an_administrator_asks_of_the_api_is_as_absent(site: Site, partner: Partner) -> None:
    person_id, case_id = partner.has_case(given_name="Tamarisk")
    sent = partner.made("/referrals", referral(case_id))
    admin = site.partner("root")

    assert admin.found("Tamarisk") == []
    assert admin.get("/referrals").get_json() == {"items": [], "next": None}
    assert admin.get(f"/cases/{case_id}").status_code == 404
    assert admin.get(f"/referrals/{sent['id']}").status_code == 404
    assert admin.post("/people", {"alias": "X"}).status_code == 403
    assert admin.post("/cases", {"person_id": person_id}).status_code == 404
    assert admin.post("/referrals", referral(case_id)).status_code == 404
    assert admin.post(f"/referrals/{sent['id']}/moves", {"move": "entered_in_error"}).status_code == 404


@pytest.mark.parametrize("address", ["/people/{}", "/people/{}/consent", "/cases/{}/refer", "/referrals/{}"])
def test_a_page_about_nobody_is_absent(worker: Browser, address: str) -> None:
    assert worker.get(address.format(uuid4())).status_code == 404
    assert worker.get(address.format("../../etc/passwd")).status_code == 404


def test_the_api_asks_for_a_token_that_is_known(site: Site, partner: Partner) -> None:
    nobody = Partner(partner.client, "no-such-token")

    assert partner.client.get("/api/v1/people").status_code == 401
    assert nobody.get("/people").status_code == 401
    assert nobody.post("/people", {"alias": "X"}).get_json()["code"] == "token_unknown"
    assert partner.get("/people").status_code == 200
    assert site.browser().get("/api/v1/people").status_code == 401


def test_a_token_whose_time_is_over_says_so(site: Site, partner: Partner) -> None:
    site.node.pass_time(days=364)
    assert partner.get("/people").status_code == 200
    site.node.pass_time(days=1)

    refused = partner.get("/people")

    assert (refused.status_code, refused.get_json()["code"]) == (401, "token_ended")


def test_a_token_that_only_reads_finds_people_and_registers_nobody(site: Site, partner: Partner) -> None:
    token, _ = accounts(site.node.database).issue_token("olena", Terms(reads_only=True)) or ("", None)
    reader = Partner(partner.client, token)

    refused = reader.post("/people", {"alias": "Tamarisk"})

    assert (refused.status_code, refused.get_json()["code"]) == (403, "token_reads_only")
    assert reader.get("/people").get_json() == {"items": []}
    assert reader.found("Tamarisk") == []


def test_health_says_what_fails_and_nothing_else(site: Site) -> None:
    client = site.app.test_client()
    well = client.get("/health")
    site.node.pass_time(minutes=10)
    failed = client.get("/health")

    assert well.get_json() == {"status": "ok", "checks": {"database": "ok", "worker": "ok"}}
    assert failed.status_code == 503
    assert failed.get_json() == {"status": "failed", "checks": {"database": "ok", "worker": "failed"}}
