"""Nobody comes in unless somebody opened the door."""

import re
from typing import Any

import pytest


def test_a_page_without_sign_in_leads_to_the_sign_in_page(visitor: Any) -> None:
    answer = visitor.get("/fail/404")
    assert (answer.status_code, answer.location) == (302, "/sign-in?next=/fail/404")


def test_what_stands_behind_the_question_mark_is_not_carried_along(visitor: Any) -> None:
    assert "Petrova" not in visitor.get("/fail/404?q=Petrova").location


def test_after_signing_in_the_page_knows_who_it_is(visitor: Any) -> None:
    assert visitor.sign_in().status_code == 303
    assert "vera of the house" in visitor.get("/").text


def test_signing_in_leads_on_to_the_page_that_was_wanted(visitor: Any) -> None:
    assert visitor.sign_in(path="/sign-in?next=/fail/404").location == "/fail/404"


@pytest.mark.parametrize("address", ["//evil.invalid/", "https://evil.invalid/", "/\\evil.invalid", "evil"])
def test_signing_in_leads_nowhere_else(visitor: Any, address: str) -> None:
    assert visitor.sign_in(path=f"/sign-in?next={address}").location == "/"


def test_a_wrong_password_says_what_a_wrong_name_says(visitor: Any) -> None:
    answer = visitor.sign_in(password="wrong")
    assert answer.status_code == 401
    assert "The user name or the password is not right." in answer.text
    assert visitor.get("/").status_code == 302


def test_too_many_attempts_are_told_how_long_to_wait(visitor: Any, doors: Any) -> None:
    doors.wait = 21
    answer = visitor.sign_in()
    assert answer.status_code == 429
    assert "Try again in 21 seconds." in answer.text


def test_signing_out_ends_the_session_itself(signed_in: Any, doors: Any) -> None:
    stolen = signed_in.client.get_cookie("session-test").value
    signed_in.post("/sign-out")
    assert doors.begun() == []
    signed_in.client.set_cookie("session-test", stolen)
    assert signed_in.get("/").status_code == 302


def test_a_session_that_was_there_before_the_sign_in_does_not_live_on(visitor: Any) -> None:
    visitor.get("/sign-in")
    with visitor.client.session_transaction() as session:
        session["planted"] = "by somebody else"
    visitor.sign_in()
    with visitor.client.session_transaction() as session:
        assert "planted" not in session


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(visitor: Any) -> None:
    cookie = visitor.sign_in().headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie


def test_a_form_without_its_token_does_nothing(signed_in: Any) -> None:
    signed_in.csrf = "another"
    assert signed_in.post("/", name="ada", kind="a").status_code == 400


def test_a_form_from_another_site_does_nothing(signed_in: Any) -> None:
    data = {"csrf_token": signed_in.csrf, "name": "ada", "kind": "a"}
    answer = signed_in.client.post("/", data=data, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403


def test_the_api_needs_a_token_and_takes_no_cookie(signed_in: Any) -> None:
    answer = signed_in.client.post("/api/v1/echo", json={})
    assert (answer.status_code, answer.json["code"]) == (401, "token_missing")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_the_api_knows_a_good_token_from_a_bad_one(app: Any) -> None:
    client = app.test_client()
    answers = [
        client.post("/api/v1/echo", json={}, headers={"Authorization": f"Bearer {token}"})
        for token in ("good token", "bad token")
    ]
    assert [answer.status_code for answer in answers] == [200, 401]
    assert answers[0].json["by"] == "system"


def test_secure_sites_get_host_cookies_and_transport_security(doors: Any) -> None:
    from shared.web import WebSettings, make_app

    settings = WebSettings(name="test", title="Harbour House", secret_key="k" * 32)
    client = make_app(__name__, settings=settings, access=doors.access()).test_client()
    answer = client.get("/sign-in", base_url="https://node.invalid")
    assert answer.headers["Set-Cookie"].startswith("__Host-session-test=")
    assert "Secure" in answer.headers["Set-Cookie"]
    assert answer.headers["Strict-Transport-Security"] == "max-age=63072000; includeSubDomains"
    token = re.findall(r'name="csrf_token" value="([^"]+)"', answer.text)[0]
    given = {"language": "uk", "csrf_token": token}
    client.post("/language", data=given, base_url="https://node.invalid")
    assert client.get_cookie("__Host-language", domain="node.invalid") is not None
    assert '<html lang="uk">' in client.get("/sign-in", base_url="https://node.invalid").text
