"""The lock closes every page until the password is given, and what is sent meanwhile goes nowhere."""

from datetime import timedelta
from typing import Any

import pytest

from shared.sessions import IDLE, REMEMBERED


@pytest.fixture
def locked(signed_in: Any) -> Any:
    """Vera, who has gone for a coffee."""
    signed_in.get("/account")
    assert signed_in.post("/lock").location == "/unlock"
    return signed_in


@pytest.mark.parametrize("path", ["/account", "/account/password"])
def test_no_page_is_shown(locked: Any, path: str) -> None:
    answer = locked.get(path)

    assert (answer.status_code, answer.location) == (302, f"/unlock?next={path}")


def test_the_locked_page_shows_the_way_back_and_nothing_else(locked: Any) -> None:
    page = locked.get("/unlock").text

    assert "vera of the house" in page
    assert 'href="/account"' not in page
    assert 'action="/sign-out"' in page


def test_the_password_opens_the_page_that_was_asked_for(locked: Any, doors: Any) -> None:
    locked.get("/unlock?next=/account")

    refused = locked.post("/unlock?next=/account", password="not the one")
    assert refused.status_code == 401
    assert locked.get("/account").status_code == 302
    locked.get("/unlock")
    opened = locked.post("/unlock?next=/account", password="an invented passphrase")

    assert (opened.status_code, opened.location) == (303, "/account")
    assert locked.get("/account").status_code == 200
    assert [what for what, _ in doors.noted][-2:] == ["locked", "unlocked"]


def test_guesses_are_slowed_as_at_the_sign_in(locked: Any, doors: Any) -> None:
    doors.wait = 7
    locked.get("/unlock")

    answer = locked.post("/unlock", password="an invented passphrase")

    assert answer.status_code == 429
    assert "7" in answer.text


def test_a_locked_session_ends_like_any_other(locked: Any, doors: Any) -> None:
    doors.at += IDLE + timedelta(minutes=1)

    assert locked.get("/unlock").location.startswith("/sign-in")


def test_somebody_else_can_sign_out(locked: Any) -> None:
    locked.get("/unlock")

    assert locked.post("/sign-out").status_code == 303
    assert locked.get("/unlock").location.startswith("/sign-in")


def test_whose_session_it_was_is_known_for_a_day_if_it_was_over_by_itself(doors: Any) -> None:
    token, ended = doors.sessions.begin("vera"), doors.sessions.begin("vera")
    doors.sessions.end(ended)
    assert doors.sessions.owner_of_one_over(token) is None, "it is under way"

    doors.at += IDLE + timedelta(minutes=1)
    doors.sessions.begin("olena")
    assert doors.sessions.owner_of_one_over(token) == "vera"
    assert doors.sessions.owner_of_one_over(ended) is None
    assert doors.sessions.username(token) is None

    doors.at += REMEMBERED
    doors.sessions.begin("olena")
    assert doors.sessions.owner_of_one_over(token) is None
