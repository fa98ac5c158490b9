"""What the tests of sign-in elsewhere ask for by name."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from shared.oidc.tests.world import World
from shared.testing.identity_provider import IdentityProvider


@pytest.fixture
def world(provider: IdentityProvider) -> Iterator[World]:
    world = World(provider)
    with closing(world.database):
        yield world
