"""Who asks by machine, page after page, is stopped for a while; everybody else goes on."""

import time
from collections.abc import Callable
from typing import Any

import pytest
import structlog
from flask import Flask

A_MINUTE = 10
TOKEN = {"Authorization": "Bearer good token"}


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Let so many seconds pass."""
    real, passed = time.time, [0.0]
    monkeypatch.setattr(time, "time", lambda: real() + passed[0])

    def wait(seconds: float) -> None:
        passed[0] += seconds

    return wait


@pytest.fixture
def vera(busy_house: Flask, person_at: Any) -> Any:
    """Signed in; one of her requests was the first page."""
    return person_at(busy_house, "vera")


def use_up(vera: Any) -> None:
    """All that is left of this minute."""
    assert [vera.get("/").status_code for _ in range(A_MINUTE - 1)] == [200] * (A_MINUTE - 1)


def test_who_asks_too_often_waits_and_others_do_not(vera: Any, busy_house: Flask, person_at: Any) -> None:
    use_up(vera)
    stopped = vera.get("/")
    assert stopped.status_code == 429
    assert 1 <= int(stopped.headers["Retry-After"]) <= 60
    assert "абнавіце старонку" in stopped.text  # in her language
    assert person_at(busy_house, "olena").get("/").status_code == 200


def test_a_minute_later_it_goes_on(vera: Any, later: Callable[[float], None]) -> None:
    use_up(vera)
    later(50)
    assert vera.get("/").status_code == 429
    later(11)
    assert vera.get("/").status_code == 200


def test_what_was_written_is_sent_by_reloading(vera: Any, later: Callable[[float], None]) -> None:
    use_up(vera)
    assert vera.post("/", name="Anna", kind="a").status_code == 429
    later(61)
    assert vera.post("/", name="Anna", kind="a").status_code == 302


def test_programs_are_told_how_long_to_wait(busy_house: Flask) -> None:
    program = busy_house.test_client()
    answers = [program.post("/api/v1/echo", json={}, headers=TOKEN) for _ in range(A_MINUTE + 1)]
    assert [answer.status_code for answer in answers] == [200] * A_MINUTE + [429]
    assert (answers[-1].mimetype, answers[-1].get_json()["code"]) == ("application/problem+json", "too_often")
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60


def test_what_a_page_asks_by_itself_is_not_counted_nor_is_what_is_open_to_all(vera: Any) -> None:
    for _ in range(A_MINUTE):
        for path in ("/by-itself", "/sign-in", "/health", "/shared/throughline.css"):
            vera.get(path)
    use_up(vera)


def test_what_takes_long_to_work_out_counts_for_several(vera: Any) -> None:
    assert [vera.get("/at-length").status_code for _ in range(2)] == [200, 429]
    assert vera.get("/").status_code == 200


def test_who_was_stopped_is_noted_once_an_hour_and_not_named_in_the_log(
    vera: Any, doors: Any, later: Callable[[float], None]
) -> None:
    use_up(vera)
    with structlog.testing.capture_logs() as logs:
        for _ in range(3):
            vera.get("/")
    assert [line["code"] for line in logs] == ["too_often"] * 3
    assert "vera" not in str(logs)
    assert doors.noted.count(("braked", "vera")) == 1

    later(3_601)
    for _ in range(A_MINUTE + 1):
        vera.get("/")
    assert doors.noted.count(("braked", "vera")) == 2
