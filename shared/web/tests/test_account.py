"""One's own account: where one is signed in, and out of it everywhere; the way back in by a link."""

import re
from datetime import timedelta
from typing import Any

import pyotp
import pytest
from flask import Flask

from shared.web.tests.conftest import METADATA, PASSWORD

NEW = "tulip anchor forty-two"


def english(visitor: Any, path: str = "/account") -> str:
    page = re.sub(r"<[^>]+>", " ", visitor.get(path, headers={"Cookie": "language=en"}).text)
    return re.sub(r"\s+", " ", page)


def another(app: Flask, visitor: Any) -> Any:
    """The same person in another browser."""
    return type(visitor)(app.test_client())


def test_the_account_lists_where_one_is_signed_in(app: Flask, signed_in: Any, doors: Any) -> None:
    doors.at += doors.at.resolution * 60_000_000
    elsewhere = another(app, signed_in)
    elsewhere.sign_in()
    doors.sessions.begin("ivan")
    elsewhere.post("/language", language="en")

    page = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", elsewhere.get("/account").text))

    assert page.count("since") == 2
    assert page.count("this one") == 1
    assert page.index("this one") < page.rindex("since")


def test_signing_out_everywhere_ends_every_session_of_one_s_own(
    app: Flask, signed_in: Any, doors: Any
) -> None:
    elsewhere = another(app, signed_in)
    elsewhere.sign_in()
    doors.sessions.begin("ivan")
    signed_in.get("/account")

    answer = signed_in.post("/account/sign-out-everywhere")

    assert answer.location == "/sign-in"
    assert doors.begun() == ["ivan"]
    assert elsewhere.get("/").status_code == signed_in.get("/").status_code == 302


def codes_of_vera(doors: Any) -> list[str]:
    """Her recovery codes, each of which counts once."""
    secret = doors.factors.offer("a token", "vera").secret
    made: list[str] = doors.factors.set_up("a token", "vera", pyotp.TOTP(secret).at(doors.at))
    return made


def ways_out(visitor: Any) -> list[str]:
    """To be signed out where one is signed in besides."""
    return re.findall(r'href="(/account/sign-out-there[^"]+)"', visitor.get("/account").text)


def test_one_signs_out_at_a_single_place_after_a_code(app: Flask, signed_in: Any, doors: Any) -> None:
    left_behind, at_home = another(app, signed_in), another(app, signed_in)
    left_behind.sign_in()
    doors.at += timedelta(minutes=5)
    at_home.sign_in()
    codes, [newer, older] = codes_of_vera(doors), ways_out(signed_in)
    signed_in.get(older)

    assert [signed_in.post(older, code=code).status_code for code in ("", "000000")] == [422, 401]
    assert left_behind.get("/").status_code == 200
    assert signed_in.post(older, code=codes[0]).location == "/account"

    assert [one.get("/").status_code for one in (left_behind, at_home, signed_in)] == [302, 200, 200]
    assert ways_out(signed_in) == [newer]
    assert doors.noted[-1] == ("signed_out", "vera")


def test_nobody_is_signed_out_at_a_place_that_is_not_theirs_or_without_a_code(
    app: Flask, signed_in: Any, doors: Any
) -> None:
    doors.at += timedelta(minutes=5)
    another(app, signed_in).sign_in()
    doors.sessions.begin("ivan")
    [elsewhere, own], [his] = doors.sessions.of("vera"), doors.sessions.of("ivan")

    assert ways_out(signed_in) == []
    assert signed_in.get(f"/account/sign-out-there?id={elsewhere.id}").status_code == 404
    codes = codes_of_vera(doors)
    assert len(ways_out(signed_in)) == 1
    for id_ in (his.id, own.id, "%", ""):
        assert signed_in.post(f"/account/sign-out-there?id={id_}", code=codes[0]).status_code == 404
    assert sorted(doors.begun()) == ["ivan", "vera", "vera"]


@pytest.mark.parametrize("path", ["/account", "/account/password", "/account/recovery-codes"])
def test_nobody_else_s_account_is_shown(visitor: Any, path: str) -> None:
    assert visitor.get(path).status_code == 302


def test_new_recovery_codes_ask_for_a_code(signed_in: Any, doors: Any) -> None:
    assert signed_in.get("/account/recovery-codes").location == "/account"
    secret = doors.factors.offer("a token", "vera").secret
    before = doors.factors.set_up("a token", "vera", pyotp.TOTP(secret).at(doors.at))
    signed_in.get("/account/recovery-codes")

    refused = signed_in.post("/account/recovery-codes", code="000000")
    made = signed_in.post("/account/recovery-codes", code=before[0])

    assert refused.status_code == 401
    after = re.findall(r'<li class="secret">([0-9A-Z-]+)</li>', made.text)
    assert len(after) == 8
    assert not set(after) & set(before)


def change(visitor: Any, **typed: str) -> Any:
    visitor.get("/account/password")
    given = {"present": PASSWORD, "password": NEW, "again": NEW}
    return visitor.post("/account/password", **given | typed)


def test_whoever_knows_the_present_password_chooses_another_and_is_signed_out_elsewhere(
    app: Flask, signed_in: Any, doors: Any
) -> None:
    elsewhere = type(signed_in)(app.test_client())
    elsewhere.sign_in()
    before = signed_in.client.get_cookie("session-test").value

    assert change(signed_in).location == "/account"

    assert doors.password == NEW
    assert doors.begun() == ["vera"]
    assert signed_in.client.get_cookie("session-test").value != before
    assert signed_in.get("/account").status_code == 200
    assert elsewhere.get("/account").status_code == 302


@pytest.mark.parametrize(
    ("typed", "status", "said"),
    [
        ({"present": "wrong"}, 401, "This is not your present password."),
        ({"present": ""}, 422, "Enter your password."),
        ({"password": "short", "again": "short"}, 422, "at least 12 characters"),
        ({"password": "password1234", "again": "password1234"}, 422, "would be guessed soon"),
        ({"again": NEW + "x"}, 422, "are not the same"),
    ],
)
def test_a_password_that_is_not_changed_says_why(
    signed_in: Any, doors: Any, typed: dict[str, str], status: int, said: str
) -> None:
    signed_in.post("/language", language="en")

    answer = change(signed_in, **typed)

    assert (answer.status_code, doors.password) == (status, PASSWORD)
    assert said in answer.text
    assert NEW not in answer.text
    assert PASSWORD not in answer.text


def test_guessing_the_present_password_has_to_wait(signed_in: Any, doors: Any) -> None:
    doors.wait = 21
    assert change(signed_in).status_code == 429
    assert doors.password == PASSWORD


@pytest.fixture
def link(doors: Any) -> str:
    doors.links["a-token"] = "vera"
    return "/recover/a-token"


def test_a_recovery_link_leads_to_a_new_password_and_a_new_second_factor(
    strict_house: Flask, visitor: Any, doors: Any, link: str
) -> None:
    visitor.client = strict_house.test_client()
    visitor.get(link)

    answer = visitor.post(link, password=NEW, again=NEW)

    assert answer.location == "/sign-in/set-up"
    assert doors.password == NEW
    assert visitor.get("/sign-in/set-up").status_code == 200
    assert visitor.get(link).status_code == 404
    assert visitor.post(link, password=NEW, again=NEW).status_code == 404


@pytest.mark.parametrize(
    ("password", "again", "said"),
    [
        ("short", "short", "at least 12 characters"),
        ("password1234", "password1234", "would be guessed soon"),
        (NEW, NEW + "x", "are not the same"),
        (NEW, "", "are not the same"),
        ("", "", "Enter a new password."),
    ],
)
def test_a_password_that_cannot_be_leaves_the_link_as_it_is(
    visitor: Any, doors: Any, link: str, password: str, again: str, said: str
) -> None:
    visitor.get("/sign-in")
    visitor.post("/language", language="en")
    visitor.get(link)

    answer = visitor.post(link, password=password, again=again)

    assert answer.status_code == 422
    assert said in answer.text
    assert doors.links == {"a-token": "vera"}
    assert NEW not in answer.text


@pytest.mark.parametrize("token", ["invented", "x" * 500, "%00", "%F0%9F%8C%BB", "..%2f..%2fetc%2fpasswd"])
def test_a_link_that_is_none_is_absent(visitor: Any, token: str) -> None:
    assert visitor.client.get(f"/recover/{token}").status_code in (302, 400, 404)


def test_every_unsafe_page_asks_for_its_csrf_token(app: Flask, signed_in: Any, doors: Any, link: str) -> None:
    everything = [rule for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())]
    pages = [
        re.sub(r"<\w+>", "a-token", rule.rule) for rule in everything if not rule.rule.startswith("/api")
    ]
    before = _kept(doors)

    for path in pages:
        for token in ("", "another"):
            signed_in.csrf = token
            assert signed_in.post(path, password=NEW, again=NEW).status_code == 400, path

    assert {"/", "/sign-in", "/sign-in/code", "/recover/a-token", "/account/sign-out-everywhere"} < set(pages)
    assert _kept(doors) == before


@pytest.mark.parametrize("site", ["cross-site", "same-site", "nonsense"])
def test_a_form_from_elsewhere_does_nothing(app: Flask, signed_in: Any, doors: Any, site: str) -> None:
    for path in ("/account/sign-out-everywhere", "/sign-out", "/language"):
        data = {"csrf_token": signed_in.csrf}
        answer = signed_in.client.post(path, data=data, headers={"Sec-Fetch-Site": site})
        assert answer.status_code == 403

    assert doors.begun() == ["vera"]


def _kept(doors: Any) -> list[Any]:
    with doors.database.reading() as tx:
        return [tx.execute(table.select()).all() for table in METADATA.sorted_tables]
