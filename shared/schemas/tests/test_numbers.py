"""A whole number of an event is one that every database can keep."""

from typing import Any

import pytest
from marshmallow import ValidationError

from shared.schemas import Event, event_types
from shared.schemas.tests.test_quick import example_of

LARGEST = 2**31 - 1  #: of an INTEGER column of PostgreSQL


def numbers() -> list[tuple[type[Event], str]]:
    """Every event with each of its fields that holds a whole number."""
    return [
        (declared, name)
        for declared in event_types()
        for name, value in example_of(declared).items()
        if type(value) is int
    ]


@pytest.mark.parametrize(("declared", "name"), numbers(), ids=str)
@pytest.mark.parametrize("value", [LARGEST + 1, 2**63, 2**64, -1, 1.0, True, "1"])
def test_what_cannot_be_kept_is_refused(declared: type[Event], name: str, value: Any) -> None:
    with pytest.raises(ValidationError):
        declared.load(example_of(declared) | {name: value})


@pytest.mark.parametrize(("declared", "name"), numbers(), ids=str)
def test_the_largest_is_taken(declared: type[Event], name: str) -> None:
    assert getattr(declared.load(example_of(declared) | {name: LARGEST}), name) == LARGEST
