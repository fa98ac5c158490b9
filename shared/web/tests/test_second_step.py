"""The password opens the second question, and only its answer opens the pages."""

import re
from typing import Any

import pyotp
import pytest

from shared.second_factors import STEP
from shared.sessions import HALF_LASTS

SECRET = re.compile(r'<div class="secret">([A-Z2-7 ]+)</div>')
RECOVERY = re.compile(r'<li class="secret">([0-9A-Z-]+)</li>')
COOKIE = "session-test"


@pytest.fixture
def strict(strict_house: Any, doors: Any, visitor: Any) -> Any:
    """Somebody at a house where a password alone lets in nobody."""
    visitor.client = strict_house.test_client()
    return visitor


class Phone:
    """An app that was given a secret."""

    def __init__(self, page: Any, doors: Any) -> None:
        self.secret, self.doors = SECRET.findall(page.text)[0].replace(" ", ""), doors

    def code(self) -> str:
        return pyotp.TOTP(self.secret).at(self.doors.at)

    def next_code(self) -> str:
        self.doors.at += STEP * (self.doors.at.resolution * 1_000_000)
        return self.code()


@pytest.fixture
def phone(strict: Any, doors: Any) -> Phone:
    """Vera's, who has set up her second factor and signed out."""
    strict.sign_in()
    phone = Phone(strict.get("/sign-in/set-up"), doors)
    strict.codes = RECOVERY.findall(strict.post("/sign-in/set-up", code=phone.code()).text)
    strict.get("/account")
    strict.post("/sign-out")
    return phone


def is_in(visitor: Any) -> Any:
    return visitor.client.get("/account").status_code == 200


def gives_password(visitor: Any, **query: str) -> Any:
    visitor.get("/sign-in")
    told = "".join(f"?{name}={value}" for name, value in query.items())
    return visitor.post(f"/sign-in{told}", username="vera", password="an invented passphrase")


def test_the_first_sign_in_leads_to_the_set_up_and_no_further(strict: Any, doors: Any) -> None:
    assert gives_password(strict).location == "/sign-in/set-up"
    assert not is_in(strict)
    assert doors.begun() == []
    assert strict.get("/").location == "/sign-in"


def test_setting_it_up_lets_in_and_shows_the_recovery_codes_once(strict: Any, doors: Any) -> None:
    gives_password(strict, next="/fail/404")
    page = strict.get("/sign-in/set-up?next=/fail/404")

    done = strict.post("/sign-in/set-up?next=/fail/404", code=Phone(page, doors).code())

    assert len(RECOVERY.findall(done.text)) == 8
    assert 'href="/fail/404"' in done.text
    assert done.headers["Cache-Control"] == "no-store"
    assert is_in(strict)
    assert strict.get("/sign-in/set-up").location == "/account"


def test_a_wrong_code_sets_nothing_up(strict: Any, doors: Any) -> None:
    gives_password(strict)
    page = strict.get("/sign-in/set-up")

    answer = strict.post("/sign-in/set-up", code="12345")

    assert answer.status_code == 401
    assert SECRET.findall(answer.text) == SECRET.findall(page.text)
    assert "This code is not right, or was used." in answer.text
    assert not is_in(strict)


def test_the_square_code_is_a_picture_from_our_own_address(strict: Any) -> None:
    gives_password(strict)
    assert 'src="/sign-in/set-up.svg"' in strict.get("/sign-in/set-up").text

    picture = strict.client.get("/sign-in/set-up.svg")

    assert picture.mimetype == "image/svg+xml"
    assert picture.headers["Cache-Control"] == "no-store"
    assert "unsafe" not in picture.headers["Content-Security-Policy"]
    assert not re.search(r"<script|style|href|otpauth| on\w+=", picture.text)
    assert picture.text.count("<path") == 2


def test_neither_secret_nor_picture_is_there_for_anybody_else(strict: Any, phone: Phone) -> None:
    assert strict.client.get("/sign-in/set-up.svg").status_code == 404
    assert strict.get("/sign-in/set-up").location == "/sign-in/code"
    gives_password(strict)
    assert strict.get("/sign-in/set-up").location == "/sign-in/code"
    assert strict.client.get("/sign-in/set-up.svg").status_code == 404
    strict.get("/sign-in/code")
    assert strict.post("/sign-in/set-up", code=phone.next_code()).location == "/sign-in/code"
    assert not is_in(strict)


def test_the_code_lets_in_and_leads_on(strict: Any, phone: Phone, doors: Any) -> None:
    assert gives_password(strict, next="/fail/404").location == "/sign-in/code?next=/fail/404"
    assert not is_in(strict)
    strict.get("/sign-in/code")

    answer = strict.post("/sign-in/code?next=/fail/404", code=phone.next_code())

    assert (answer.status_code, answer.location) == (303, "/fail/404")
    assert is_in(strict)
    assert doors.begun() == ["vera"]


def test_a_code_that_was_used_lets_nobody_in(strict: Any, phone: Phone, strict_house: Any) -> None:
    gives_password(strict)
    strict.get("/sign-in/code")
    used = phone.next_code()
    strict.post("/sign-in/code", code=used)
    assert is_in(strict)

    strict.client = strict_house.test_client()
    gives_password(strict)
    strict.get("/sign-in/code")
    answer = strict.post("/sign-in/code", code=used)

    assert answer.status_code == 401
    assert "This code is not right, or was used." in answer.text
    assert used not in answer.text
    assert not is_in(strict)


def test_a_recovery_code_lets_in_once(strict: Any, phone: Phone, strict_house: Any, doors: Any) -> None:
    for expected in (303, 401):
        strict.client = strict_house.test_client()
        gives_password(strict)
        strict.get("/sign-in/code")
        assert strict.post("/sign-in/code", code=strict.codes[0]).status_code == expected
    assert doors.noted[-2:] == [("signed_in_by_recovery_code", "vera"), ("second_step_refused", "vera")]


def test_without_the_password_the_second_question_is_not_asked(strict: Any, phone: Phone) -> None:
    strict.get("/sign-in")

    assert strict.get("/sign-in/code").location == "/sign-in"
    assert strict.post("/sign-in/code", code=phone.next_code()).location == "/sign-in"
    assert not is_in(strict)


def test_the_second_question_waits_ten_minutes(strict: Any, phone: Phone, doors: Any) -> None:
    gives_password(strict)
    strict.get("/sign-in/code")
    doors.at += HALF_LASTS + doors.at.resolution

    assert strict.post("/sign-in/code", code=phone.code()).location == "/sign-in"
    assert not is_in(strict)


def test_many_wrong_codes_have_to_wait(strict: Any, phone: Phone) -> None:
    gives_password(strict)
    strict.get("/sign-in/code")
    answers = [strict.post("/sign-in/code", code="1") for _ in range(5)]

    assert [answer.status_code for answer in answers] == [401] * 4 + [429]
    assert "Try again in 2 seconds." in answers[-1].text


def test_the_id_is_another_one_after_each_step(strict: Any, phone: Phone, strict_house: Any) -> None:
    strict.get("/sign-in")
    ids = [strict.client.get_cookie(COOKIE).value]
    gives_password(strict)
    ids.append(strict.client.get_cookie(COOKIE).value)
    strict.get("/sign-in/code")
    strict.post("/sign-in/code", code=phone.next_code())
    ids.append(strict.client.get_cookie(COOKIE).value)

    assert len(set(ids)) == 3
    for planted in ids[:2]:
        stranger = strict_house.test_client()
        stranger.set_cookie(COOKIE, planted)
        assert stranger.get("/account").status_code == 302
        assert stranger.get("/sign-in/code").location == "/sign-in"


def test_whoever_has_set_it_up_is_asked_where_it_is_optional_too(app: Any, strict: Any, phone: Phone) -> None:
    strict.client = app.test_client()

    assert gives_password(strict).location == "/sign-in/code"


def test_where_it_is_optional_it_can_be_set_up_from_the_account(signed_in: Any, doors: Any) -> None:
    assert "/sign-in/set-up" in signed_in.get("/account", headers={"Accept-Language": "en"}).text
    page = signed_in.get("/sign-in/set-up")

    done = signed_in.post("/sign-in/set-up", code=Phone(page, doors).code())

    assert len(RECOVERY.findall(done.text)) == 8
    assert 'href="/account"' in done.text
    assert doors.factors.is_set_up("vera")
