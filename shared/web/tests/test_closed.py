"""A page that only shows something closes itself; one to write on stays; and that it closes keeps no session alive."""

from datetime import timedelta
from typing import Any

import pytest

from shared.sessions import IDLE

LATER = f"{int(IDLE.total_seconds())};url=/closed?next="


def test_a_page_that_shows_something_closes_itself_when_a_session_would_be_over(signed_in: Any) -> None:
    assert signed_in.get("/account").headers["Refresh"] == f"{LATER}/account"


def test_what_was_looked_up_closes_too(signed_in: Any) -> None:
    signed_in.get("/look-up")

    assert signed_in.post("/look-up", name="Anna").headers["Refresh"] == f"{LATER}/look-up"


@pytest.mark.parametrize("path", ["/", "/account/password", "/fail/404", "/closed"])
def test_others_stay_to_be_written_on_and_because_they_show_nothing(signed_in: Any, path: str) -> None:
    assert "Refresh" not in signed_in.get(path).headers


def test_of_somebody_unknown_nothing_needs_to_be_closed(visitor: Any) -> None:
    assert "Refresh" not in visitor.get("/sign-in").headers


def test_it_leads_on_to_the_sign_in_and_back_from_there(signed_in: Any, doors: Any) -> None:
    doors.at += IDLE + timedelta(seconds=1)

    answer = signed_in.get("/closed?next=/account")

    assert (answer.status_code, answer.location) == (302, "/sign-in?next=/account")


def test_one_who_has_locked_their_pages_opens_them_first(signed_in: Any) -> None:
    signed_in.get("/account")
    signed_in.post("/lock")

    assert signed_in.get("/closed?next=/account").location == "/unlock?next=/account"


def test_whoever_works_on_another_page_is_told_and_nothing_is_shown(signed_in: Any) -> None:
    page = signed_in.get("/closed?next=/account").text

    assert "closed itself" in page or "закрылася" in page
    assert 'class="btn btn-primary" href="/account"' in page


@pytest.mark.parametrize("elsewhere", ["https://else.example/", "//else.example"])
def test_it_leads_nowhere_else(signed_in: Any, elsewhere: str) -> None:
    page = signed_in.get("/closed", query_string={"next": elsewhere}).text

    assert 'class="btn btn-primary" href="/"' in page


def test_two_pages_that_close_in_turn_keep_no_session_alive(signed_in: Any, doors: Any) -> None:
    signed_in.get("/account")
    for _ in range(2):
        doors.at += IDLE / 2 + timedelta(seconds=1)
        answer = signed_in.get("/closed")

    assert answer.location.startswith("/sign-in")
