"""Sign-in with an organisation's account, as somebody at a browser meets it."""

import re
from datetime import timedelta
from typing import Any

import pytest

from shared.oidc.bindings import subject_sha256
from shared.oidc.organisation import BACK
from shared.sessions import HALF_LASTS
from shared.sign_ins import FREE_ATTEMPTS
from shared.testing.identity_provider import IdentityProvider

BEGIN, BUTTON = "/sign-in/organisation", "Sign in with your organisation"
COOKIE = "session-test"
GOING_TO = re.compile(r'<meta http-equiv="refresh" content="0; url=([^"]+)">')
NOTHING = "This account opens nothing here"


class Stranger:
    """Somebody at a browser, whom the provider knows."""

    def __init__(self, browser: Any, house: Any, provider: IdentityProvider, doors: Any) -> None:
        app, self.organisation = house
        self.browser, self.provider, self.doors = browser, provider, doors
        browser.client = app.test_client()
        browser.client.set_cookie("language", "en")
        provider.now = self._seconds
        known = self.organisation._provider
        known._known = known._away_at = None  # what a test before found out
        self.subject = subject_sha256(provider.issuer, provider.subject)

    def _seconds(self) -> float:
        return float(self.doors.at.timestamp())

    def is_bound_to(self, username: str) -> None:
        self.organisation.bindings.bind(username, self.subject)

    def begins(self, path: str = BEGIN, **headers: str) -> Any:
        return self.browser.client.get(path, headers=headers)

    def comes_back(self, begun: Any) -> Any:
        """As a browser does: without the session's cookie, which then stays unless it is set anew."""
        client, back = self.browser.client, self.provider.sends_back(begun.location)
        kept = client.get_cookie(COOKIE)
        client.delete_cookie(COOKIE)
        answer = client.get(back.removeprefix("http://localhost"))
        if kept is not None and client.get_cookie(COOKIE) is None:
            client.set_cookie(COOKIE, kept.value)
        return answer

    def signs_in(self, path: str = BEGIN) -> Any:
        return self.comes_back(self.begins(path))

    def is_in(self) -> bool:
        return bool(self.browser.client.get("/account").status_code == 200)

    def password_again(self, password: str) -> Any:
        self.browser.get("/account/organisation/confirm")
        return self.browser.post("/account/organisation/confirm", password=password)


@pytest.fixture
def stranger(visitor: Any, houses_elsewhere: Any, provider: IdentityProvider, doors: Any) -> Stranger:
    """Where a password alone lets in whoever has set up no second step, and so does the organisation's account."""
    return Stranger(visitor, houses_elsewhere[False], provider, doors)


@pytest.fixture
def strict_stranger(visitor: Any, houses_elsewhere: Any, provider: IdentityProvider, doors: Any) -> Stranger:
    return Stranger(visitor, houses_elsewhere[True], provider, doors)


def goes_to(answer: Any) -> str:
    return str(GOING_TO.findall(answer.text)[0]).replace("&amp;", "&")


def test_without_it_there_is_neither_a_button_nor_an_address(visitor: Any) -> None:
    assert BUTTON not in visitor.get("/sign-in").text
    assert [visitor.get(path).status_code for path in (BEGIN, BACK)] == [302, 302]
    visitor.sign_in()
    assert "organisation" not in visitor.get("/account").text.split("<footer")[0].replace(
        "your organisation can", ""
    )
    assert visitor.get("/account/organisation").status_code == 404


def test_somebody_comes_in_to_the_page_that_was_wanted(stranger: Stranger, doors: Any) -> None:
    stranger.is_bound_to("vera")
    assert f"{BEGIN}?next=/account" in stranger.browser.get("/sign-in?next=/account").text
    answer = stranger.signs_in(f"{BEGIN}?next=/account")

    assert (answer.status_code, goes_to(answer)) == (200, "/account")
    assert stranger.is_in()
    assert doors.begun() == ["vera"]
    assert doors.noted == [("signed_in_elsewhere", "vera")]
    stranger.browser.get("/account")
    assert stranger.browser.post("/sign-out").status_code == 303
    assert not stranger.is_in()


@pytest.mark.parametrize(
    "wanted", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)"]
)
def test_the_page_that_was_wanted_is_one_of_ours(stranger: Stranger, wanted: str) -> None:
    stranger.is_bound_to("vera")

    assert goes_to(stranger.signs_in(f"{BEGIN}?next={wanted}")) == "/"


def test_our_own_second_step_is_asked_for(strict_stranger: Stranger) -> None:
    strict_stranger.is_bound_to("vera")
    answer = strict_stranger.signs_in(f"{BEGIN}?next=/account")

    assert goes_to(answer) == "/sign-in/set-up?next=/account"
    assert not strict_stranger.is_in()


def test_the_second_step_there_counts_where_it_is_listed(strict_stranger: Stranger, doors: Any) -> None:
    strict_stranger.is_bound_to("vera")
    strict_stranger.provider.claims = {"amr": ["pwd", "mfa"]}

    assert goes_to(strict_stranger.signs_in(f"{BEGIN}?next=/account")) == "/account"
    assert strict_stranger.is_in()
    assert doors.noted == [("signed_in_elsewhere", "vera")]


def test_it_replaces_no_passkey_of_somebody_who_sees_much(
    strict_stranger: Stranger, doors: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    strict_stranger.is_bound_to("vera")
    strict_stranger.provider.claims = {"amr": ["mfa"]}
    doors.sees_much = True
    monkeypatch.setattr(type(doors.passkeys), "of", lambda *_: ["a passkey"])

    assert goes_to(strict_stranger.signs_in()).startswith("/sign-in/set-up")
    assert doors.begun() == []


@pytest.mark.parametrize(
    "claims",
    [{"sub": "vera"}, {"email": "vera@harbour.example", "preferred_username": "vera", "name": "vera"}],
)
def test_nobody_is_known_by_what_they_are_called_there(stranger: Stranger, doors: Any, claims: Any) -> None:
    stranger.provider.claims = claims
    answer = stranger.signs_in()

    assert answer.status_code == 401
    assert NOTHING in answer.text
    assert "vera" not in answer.text
    assert not stranger.is_in()
    assert doors.noted == [("sign_in_refused", "")]


def test_an_account_that_is_switched_off_opens_nothing(stranger: Stranger, doors: Any) -> None:
    stranger.is_bound_to("vera")
    doors.gone.add("vera")

    assert NOTHING in stranger.signs_in().text
    assert doors.begun() == []
    assert doors.noted == [("sign_in_refused", "")]


def test_attempts_are_slowed(stranger: Stranger) -> None:
    said = [stranger.signs_in().status_code for _ in range(FREE_ATTEMPTS + 2)]

    assert said == [401] * (FREE_ATTEMPTS + 1) + [429]


def test_what_was_not_begun_here_leads_nowhere(stranger: Stranger, doors: Any) -> None:
    stranger.is_bound_to("vera")
    begun = stranger.begins()
    doors.at += HALF_LASTS + timedelta(seconds=1)
    for answer in (stranger.comes_back(begun), stranger.browser.client.get(f"{BACK}?code=1&state=2")):
        assert answer.status_code == 401
        assert "Begin again" in answer.text
    assert doors.noted == []
    assert not stranger.is_in()


def test_a_wrong_token_and_a_no_are_told_without_the_reason(stranger: Stranger, doors: Any) -> None:
    stranger.is_bound_to("vera")
    stranger.provider.claims = {"aud": "another"}
    answers = [stranger.signs_in()]
    stranger.provider.refuses = True
    answers.append(stranger.signs_in())

    assert [answer.status_code for answer in answers] == [401, 401]
    assert "did not let anybody in" in answers[0].text
    assert "aud" not in answers[0].text.split("<main")[1]
    assert doors.noted == [("sign_in_refused", "")] * 2


def test_while_the_provider_is_away_a_password_still_lets_in(stranger: Stranger, doors: Any) -> None:
    stranger.provider.is_away = True
    answer = stranger.begins()

    assert answer.status_code == 503
    assert "does not answer" in answer.text
    assert doors.noted == []
    stranger.browser.sign_in()
    assert stranger.is_in()


def test_a_link_on_another_site_begins_nothing(stranger: Stranger) -> None:
    assert stranger.begins(**{"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert stranger.begins(**{"Sec-Fetch-Site": "same-origin"}).status_code == 303


def test_the_cookie_for_the_way_there_is_its_own_and_goes_after_it(stranger: Stranger) -> None:
    stranger.is_bound_to("vera")
    begun = stranger.begins()
    [cookie] = begun.headers.getlist("Set-Cookie")
    back = stranger.comes_back(begun)

    assert cookie.startswith("elsewhere-test=")
    assert {"HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=600"} <= set(cookie.split("; "))
    kept = {one.split("=")[0]: one for one in back.headers.getlist("Set-Cookie")}
    assert "Max-Age=0" in kept["elsewhere-test"]
    assert "SameSite=Strict" in kept["session-test"]


def test_whoever_is_signed_in_is_not_asked_again_but_the_locked_may_be(stranger: Stranger) -> None:
    stranger.is_bound_to("vera")
    stranger.browser.sign_in()
    assert stranger.begins().location == "/"
    stranger.browser.get("/account")
    stranger.browser.post("/lock")
    assert BUTTON in stranger.browser.get("/unlock").text

    stranger.signs_in()
    assert stranger.is_in()


def test_a_password_that_lets_in_nobody_says_so(stranger: Stranger, doors: Any) -> None:
    stranger.browser.get("/sign-in")
    answer = stranger.browser.post("/sign-in", username="nina", password=doors.password)

    assert answer.status_code == 401
    assert "only administrators come in here" in answer.text
    assert doors.noted == [("sign_in_refused", "nina")]
    assert not stranger.is_in()


def test_somebody_connects_their_account_by_their_password(stranger: Stranger, doors: Any) -> None:
    stranger.browser.sign_in()
    assert "You cannot sign in with it yet" in stranger.browser.get("/account").text
    assert goes_to(stranger.signs_in("/account/organisation")) == "/account/organisation/confirm"
    assert stranger.organisation.bindings.owner(stranger.subject) is None
    assert stranger.password_again("wrong").status_code == 401
    assert stranger.organisation.bindings.owner(stranger.subject) is None

    assert stranger.password_again(doors.password).location == "/account"
    assert stranger.organisation.bindings.owner(stranger.subject) == "vera"
    assert "You can sign in with it" in stranger.browser.get("/account").text
    assert doors.noted == [("signed_in", "vera"), ("account_connected", "vera")]
    assert stranger.password_again(doors.password).location == "/account", "nothing waits any more"
    assert len(doors.noted) == 2


def test_whoever_thinks_better_of_it_stays_signed_in(stranger: Stranger) -> None:
    stranger.browser.sign_in()
    stranger.provider.refuses = True

    assert stranger.signs_in("/account/organisation").status_code == 401
    assert stranger.is_in()


def test_nobody_confirms_what_somebody_else_began(stranger: Stranger, doors: Any) -> None:
    stranger.browser.sign_in()
    stranger.signs_in("/account/organisation")
    stranger.browser.get("/account")
    stranger.browser.post("/sign-out")
    stranger.browser.get("/sign-in")
    stranger.browser.post("/sign-in", username="ivan", password=doors.password)
    stranger.browser.get("/account")

    assert stranger.browser.get("/account/organisation/confirm").location == "/account"
    assert stranger.password_again(doors.password).location == "/account"
    assert stranger.organisation.bindings.owner(stranger.subject) is None


def test_what_is_somebody_elses_is_not_taken(stranger: Stranger, doors: Any) -> None:
    stranger.is_bound_to("ivan")
    stranger.browser.sign_in()
    stranger.signs_in("/account/organisation")
    stranger.password_again(doors.password)

    assert stranger.organisation.bindings.owner(stranger.subject) == "ivan"
    assert "belongs to somebody else" in stranger.browser.get("/account").text


def test_to_connect_an_account_is_not_to_sign_in(stranger: Stranger, doors: Any) -> None:
    stranger.is_bound_to("ivan")
    stranger.browser.sign_in()
    stranger.signs_in("/account/organisation")

    assert doors.begun() == ["vera"]
