"""The fixtures of these tests: those of the node, and other systems that are told of things."""

from collections.abc import Iterator

import pytest

from services.intake.interchange.tests.receiver import Receiver, receiving
from services.intake.tests.conftest import node, node_database, staffed  # noqa: F401 - pytest finds them here


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Another system."""
    with receiving() as one:
        yield one


@pytest.fixture
def other() -> Iterator[Receiver]:
    """One more."""
    with receiving() as one:
        yield one
