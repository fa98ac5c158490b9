"""A small identity provider, which a test may ask for by name."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from shared.testing.identity_provider import IdentityProvider


@pytest.fixture(scope="session")
def one_provider() -> Iterator[IdentityProvider]:
    """One provider for the whole run: to make its key takes long."""
    with closing(IdentityProvider()) as provider:
        yield provider


@pytest.fixture
def provider(one_provider: IdentityProvider) -> Iterator[IdentityProvider]:
    """It, telling the truth."""
    one_provider.reset()
    yield one_provider
    one_provider.reset()
