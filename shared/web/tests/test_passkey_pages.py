"""A passkey in the place of a code; and whoever sees much and has one needs it."""

import re
from html import unescape
from typing import Any

import pyotp
import pytest

from shared.second_factors import STEP
from shared.tests.authenticator import Authenticator

OPTIONS = re.compile(r'data-options="([^"]+)"')


def options_on(page: Any) -> str:
    return unescape(OPTIONS.findall(page.text)[0])


@pytest.fixture
def app_code(signed_in: Any, doors: Any) -> Any:
    """What vera's app shows, each time another code; she is signed in."""
    secret = doors.factors.offer("a token", "vera").secret
    signed_in.codes = doors.factors.set_up("a token", "vera", pyotp.TOTP(secret).at(doors.at))

    def shows() -> str:
        doors.at += STEP * (doors.at.resolution * 1_000_000)
        return pyotp.TOTP(secret).at(doors.at)

    return shows


@pytest.fixture
def key(app_code: Any, signed_in: Any) -> Authenticator:
    """Vera's passkey, set up from her account; she has signed out."""
    key = Authenticator()
    page = signed_in.get("/account/passkeys")
    made = {"name": "On my key ring", "answer": key.makes(options_on(page))}
    done = signed_in.post("/account/passkeys", **made, code=app_code())
    assert (done.status_code, done.location) == (303, "/account/passkeys")
    assert "On my key ring" in signed_in.get("/account/passkeys").text
    signed_in.post("/sign-out")
    return key


def owes_the_second_step(visitor: Any) -> Any:
    visitor.get("/sign-in")
    assert (
        visitor.post("/sign-in", username="vera", password="an invented passphrase").location
        == "/sign-in/code"
    )
    return visitor.get("/sign-in/code", headers={"Accept-Language": "en"})


def way_to_remove(visitor: Any) -> str:
    page = visitor.get("/account/passkeys").text
    return unescape(re.findall(r'href="(/account/passkeys/remove[^"]+)"', page)[0])


def is_in(visitor: Any) -> Any:
    return visitor.client.get("/account").status_code == 200


def test_a_passkey_lets_in_and_leads_on(signed_in: Any, key: Authenticator) -> None:
    page = owes_the_second_step(signed_in)

    answer = signed_in.post("/sign-in/passkey?next=/fail/404", answer=key.signs(options_on(page)))

    assert (answer.status_code, answer.location) == (303, "/fail/404")
    assert is_in(signed_in)


@pytest.mark.parametrize("answer", ["", "{}", "<script>", "x" * 10_000])
def test_what_is_no_passkey_asks_again(signed_in: Any, key: Authenticator, answer: str) -> None:
    owes_the_second_step(signed_in)

    refused = signed_in.post("/sign-in/passkey", answer=answer)

    assert refused.status_code == 401
    assert options_on(refused)
    assert "<script>" not in refused.text
    assert not is_in(signed_in)


def test_a_passkey_without_the_password_lets_in_nobody(signed_in: Any, key: Authenticator) -> None:
    signed_in.get("/sign-in")

    assert signed_in.post("/sign-in/passkey", answer="{}").location == "/sign-in"
    assert not is_in(signed_in)


def test_the_app_s_code_counts_as_before_for_most(signed_in: Any, key: Authenticator, app_code: Any) -> None:
    owes_the_second_step(signed_in)

    assert signed_in.post("/sign-in/code", code=app_code()).status_code == 303


def test_whoever_sees_much_and_has_a_passkey_needs_it_or_a_recovery_code(
    signed_in: Any, key: Authenticator, app_code: Any, doors: Any
) -> None:
    doors.sees_much = True
    page = owes_the_second_step(signed_in)
    assert "six digits" not in page.text

    assert signed_in.post("/sign-in/code", code=app_code()).status_code == 401
    assert not is_in(signed_in)
    assert signed_in.post("/sign-in/code", code=signed_in.codes[0]).status_code == 303


def test_whoever_sees_much_without_a_passkey_gives_a_code(signed_in: Any, app_code: Any, doors: Any) -> None:
    doors.sees_much = True
    signed_in.post("/sign-out")
    owes_the_second_step(signed_in)

    assert signed_in.post("/sign-in/code", code=app_code()).status_code == 303


def test_a_removed_passkey_is_asked_for_no_more(signed_in: Any, key: Authenticator, app_code: Any) -> None:
    owes_the_second_step(signed_in)
    signed_in.post("/sign-in/code", code=app_code())
    remove = way_to_remove(signed_in)
    assert "On my key ring" in signed_in.get(remove).text

    done = signed_in.post(remove, code=app_code())

    assert (done.status_code, done.location) == (303, "/account/passkeys")
    signed_in.get("/account")
    signed_in.post("/sign-out")

    assert not OPTIONS.search(owes_the_second_step(signed_in).text)


@pytest.mark.parametrize(("code", "status"), [("", 422), ("000000", 401)])
def test_whoever_gives_no_code_changes_no_passkey(
    signed_in: Any, key: Authenticator, app_code: Any, code: str, status: int
) -> None:
    owes_the_second_step(signed_in)
    signed_in.post("/sign-in/code", code=app_code())
    page, remove, another = signed_in.get("/account/passkeys"), way_to_remove(signed_in), Authenticator()

    added = signed_in.post(
        "/account/passkeys", name="Another", answer=another.makes(options_on(page)), code=code
    )
    removed = signed_in.post(remove, code=code)

    assert (added.status_code, removed.status_code) == (status, status)
    assert 'value="Another"' in added.text
    mine = signed_in.get("/account/passkeys").text
    assert ("On my key ring" in mine, "Another" in mine) == (True, False)


@pytest.mark.parametrize(("answer", "shown", "left"), [("", True, 8), ("{}", False, 7)])
def test_a_browser_that_makes_no_passkey_costs_no_code(
    signed_in: Any, app_code: Any, doors: Any, answer: str, *, shown: bool, left: int
) -> None:
    code = signed_in.codes[0]
    signed_in.get("/account/passkeys")

    refused = signed_in.post("/account/passkeys", name="x", answer=answer, code=code)

    assert (refused.status_code, code in refused.text) == (422, shown)
    assert doors.factors.recovery_codes_left("vera") == left


def test_guessing_the_code_has_to_wait(signed_in: Any, key: Authenticator, app_code: Any) -> None:
    owes_the_second_step(signed_in)
    signed_in.post("/sign-in/code", code=app_code())
    remove = way_to_remove(signed_in)

    refused = [signed_in.post(remove, code="000000").status_code for _ in range(5)]

    assert (refused[0], refused[-1]) == (401, 429)


@pytest.mark.parametrize(("id_", "status"), [("", 404), ("AAAA", 404), ("%00", 400)])
def test_a_passkey_that_is_not_one_s_own_is_absent(
    signed_in: Any, key: Authenticator, app_code: Any, id_: str, status: int
) -> None:
    owes_the_second_step(signed_in)
    signed_in.post("/sign-in/code", code=app_code())
    signed_in.get("/account/passkeys")

    assert signed_in.post(f"/account/passkeys/remove?id={id_}", code=app_code()).status_code == status
    assert "On my key ring" in signed_in.get("/account/passkeys").text


@pytest.mark.parametrize(
    ("name", "said"), [("", "Give it a name."), ("x" * 61, "must not exceed 60"), ("x", "was not taken")]
)
def test_what_cannot_be_added_says_why(signed_in: Any, app_code: Any, name: str, said: str) -> None:
    signed_in.post("/language", language="en")
    signed_in.get("/account/passkeys")

    refused = signed_in.post("/account/passkeys", name=name, answer="{}", code=app_code())

    assert refused.status_code == 422
    assert said in refused.text


def test_a_passkey_comes_after_the_app_and_where_browsers_make_one(signed_in: Any, doors: Any) -> None:
    assert signed_in.get("/account/passkeys").status_code == 404


def test_the_script_is_ours_and_there_only_where_it_is_needed(signed_in: Any, key: Authenticator) -> None:
    assert "<script" not in signed_in.get("/sign-in").text
    page = owes_the_second_step(signed_in).text

    assert re.findall(r"<script[^>]*>", page) == ['<script src="/shared/passkey.js" defer>']
    assert signed_in.client.get("/shared/passkey.js").status_code == 200
