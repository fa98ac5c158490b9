"""Several brokers: whoever lets us in first, and after a lost link another one."""

from collections.abc import Callable
from typing import Any

import pytest

from shared.messaging.errors import LinkLost, Misconfigured
from shared.messaging.in_turn import InTurn


def opens(name: str) -> Callable[[], Any]:
    """A way whose link is its name."""
    return lambda: name


def fails(error: Exception) -> Callable[[], Any]:
    def way() -> Any:
        raise error

    return way


def test_each_link_is_to_the_next() -> None:
    connect = InTurn([opens("one"), opens("two"), opens("three")])

    assert list(map(str, (connect() for _ in range(4)))) == ["one", "two", "three", "one"]


def test_who_does_not_let_us_in_is_passed_over() -> None:
    connect = InTurn([fails(LinkLost("refused")), opens("two"), fails(Misconfigured("not yet here"))])

    assert list(map(str, (connect() for _ in range(2)))) == ["two", "two"]


def test_one_alone_is_asked_again_and_again() -> None:
    connect = InTurn([opens("one")])

    assert list(map(str, (connect(), connect()))) == ["one", "one"]


def test_all_reasons_are_told_when_nobody_lets_us_in() -> None:
    connect = InTurn([fails(LinkLost("TimeoutError")), fails(Misconfigured("AccessRefused"))])

    with pytest.raises(LinkLost, match="TimeoutError, AccessRefused"):
        connect()


def test_it_is_a_misconfiguration_when_all_say_so() -> None:
    connect = InTurn([fails(Misconfigured("AccessRefused")), fails(Misconfigured("NotFound"))])

    with pytest.raises(Misconfigured, match="AccessRefused"):
        connect()
