"""A service that keeps an audit is told who came in, who could not, and who changed how they do."""

from typing import Any

from shared.tests.authenticator import Authenticator
from shared.web.tests.test_passkey_pages import app_code, key, options_on, owes_the_second_step, way_to_remove
from shared.web.tests.test_second_step import Phone, gives_password, phone, strict

__all__ = ["app_code", "key", "phone", "strict"]  # fixtures


def of(doors: Any) -> list[str]:
    """What is noted since the last call, all of it about vera."""
    noted, doors.noted[:] = list(doors.noted), []
    assert {username for _, username in noted} <= {"vera"}
    return [what for what, _ in noted]


def test_coming_in_and_going_out(visitor: Any, doors: Any) -> None:
    visitor.sign_in()
    assert of(doors) == ["signed_in"]

    visitor.get("/account")
    visitor.post("/sign-out")
    visitor.post("/sign-out")
    assert of(doors) == ["signed_out"]

    visitor.sign_in()
    visitor.get("/account")
    visitor.post("/account/sign-out-everywhere")
    assert of(doors) == ["signed_in", "signed_out"]


def test_the_second_step(strict: Any, phone: Phone, doors: Any) -> None:
    assert of(doors) == ["second_factor_set_up", "signed_in", "signed_out"]

    gives_password(strict)
    assert of(doors) == []

    strict.get("/sign-in/code")
    strict.post("/sign-in/code", code="000000")
    assert of(doors) == ["second_step_refused"]

    strict.post("/sign-in/code", code=phone.next_code())
    assert of(doors) == ["signed_in_by_code"]

    strict.get("/account/recovery-codes")
    strict.post("/account/recovery-codes", code="000000")
    strict.post("/account/recovery-codes", code=phone.next_code())
    assert of(doors) == ["recovery_codes_made"]


def test_passkeys(signed_in: Any, key: Authenticator, app_code: Any, doors: Any) -> None:
    assert of(doors) == ["signed_in", "passkey_added", "signed_out"]

    page = owes_the_second_step(signed_in)
    signed_in.post("/sign-in/passkey", answer="{}")
    assert of(doors) == ["second_step_refused"]

    page = owes_the_second_step(signed_in)
    signed_in.post("/sign-in/passkey", answer=key.signs(options_on(page)))
    signed_in.post(way_to_remove(signed_in), code=app_code())
    assert of(doors) == ["signed_in_by_passkey", "passkey_removed"]
