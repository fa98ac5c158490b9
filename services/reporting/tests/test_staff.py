"""Who gets in, how fast a guesser is, and what is kept of passwords and tokens."""

from datetime import timedelta
from typing import Any

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from services.reporting.storage.tables import api_tokens, sign_ins, staff
from services.reporting.usecases.staff import (
    SignInRefused,
    StaffRefused,
    add_coordinator,
    holder_of_token,
    issue_token,
    sign_in,
)

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PASSWORD = "an invented passphrase"


@pytest.fixture
def house(world: Any) -> Any:
    add_coordinator(world.database, "vera", PASSWORD, display_name="Vera", hasher=CHEAP)
    return world


def wait_after(house: Any, failures: int) -> int:
    for _ in range(failures):
        with pytest.raises(SignInRefused) as refused:
            sign_in(house.database, "vera", "wrong", hasher=CHEAP)
        house.at += timedelta(seconds=refused.value.wait)
    with pytest.raises(SignInRefused) as refused:
        sign_in(house.database, "vera", "wrong", hasher=CHEAP)
    return refused.value.wait


def test_the_right_password_lets_in(house: Any) -> None:
    assert sign_in(house.database, " Vera ", PASSWORD, hasher=CHEAP).display_name == "Vera"


def test_a_wrong_name_and_a_wrong_password_are_refused_alike(house: Any) -> None:
    for name, password in (("vera", "wrong"), ("nobody", PASSWORD)):
        with pytest.raises(SignInRefused, match="wrong_password"):
            sign_in(house.database, name, password, hasher=CHEAP)


def test_guessing_gets_slower_but_nobody_is_locked_out(house: Any) -> None:
    assert wait_after(house, 3) == 0
    waits = []
    for _ in range(8):
        with pytest.raises(SignInRefused) as refused:
            sign_in(house.database, "vera", "wrong", hasher=CHEAP)
        waits.append(refused.value.wait)
        house.at += timedelta(seconds=refused.value.wait)
        with pytest.raises(SignInRefused, match="wrong_password"):
            sign_in(house.database, "vera", "wrong", hasher=CHEAP)
    assert waits == sorted(waits)
    assert waits[-1] == 42
    house.at += timedelta(seconds=43)
    assert sign_in(house.database, "vera", PASSWORD, hasher=CHEAP)


def test_what_was_typed_as_a_name_is_not_kept(house: Any) -> None:
    with pytest.raises(SignInRefused):
        sign_in(house.database, "my secret password", "x", hasher=CHEAP)
    with house.database.reading() as tx:
        assert "secret" not in str(tx.execute(select(sign_ins)).all())


def test_neither_password_nor_token_is_kept(house: Any) -> None:
    token = issue_token(house.database, "vera")
    with house.database.reading() as tx:
        kept = str(tx.execute(select(staff)).all()) + str(tx.execute(select(api_tokens)).all())
    assert PASSWORD not in kept
    assert token not in kept


def test_a_token_is_known_again(house: Any) -> None:
    token = issue_token(house.database, "vera")
    holder = holder_of_token(house.database, token)
    assert holder is not None
    assert holder.by.username == "vera"
    assert holder_of_token(house.database, token + "x") is None


@pytest.mark.parametrize(
    ("username", "password", "code"),
    [
        ("vera", PASSWORD, "username_taken"),
        ("Vera K", PASSWORD, "username_wrong"),
        ("ivan", "short", "too_short"),
        ("ivan", "aaaaaaaaaaaaaaaa", "too_common"),
        ("ivan", "passwordpassword", "too_common"),
    ],
)
def test_who_cannot_be_added_is_told_why(house: Any, username: str, password: str, code: str) -> None:
    with pytest.raises(StaffRefused, match=code):
        add_coordinator(house.database, username, password, hasher=CHEAP)
