"""A coordinator comes to the reports with their organisation's account, and is what the hub says they are."""

from typing import Any

import pytest
from argon2 import PasswordHasher

from services.reporting.settings import ReportingWebSettings
from services.reporting.usecases.staff import accounts, add_coordinator
from services.reporting.web import create_app
from shared.oidc.bindings import subject_sha256
from shared.settings import Secret
from shared.testing.identity_provider import CLIENT, SECRET, IdentityProvider

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PASSWORD = "an invented passphrase"


@pytest.fixture
def comes(world: Any, provider: IdentityProvider) -> Any:
    """Comes back from the provider; returns the status of a page of reports."""
    add_coordinator(world.database, "nadia", PASSWORD, hasher=CHEAP)
    settings = ReportingWebSettings(
        reporting_database_url="sqlite://",
        secret_key=Secret("k" * 32),
        public_url="http://localhost",
        second_factor="optional",
        oidc_issuer=provider.issuer,
        oidc_client_id=CLIENT,
        oidc_client_secret=Secret(SECRET),
    )
    app = create_app(world.database, settings, hasher=CHEAP)
    provider.now = world.database.clock().timestamp

    def comes() -> int:
        client = app.test_client()
        back = provider.sends_back(client.get("/sign-in/organisation").location or "")
        client.get(back.removeprefix("http://localhost"))
        return client.get("/account").status_code

    return comes


def test_only_the_one_whose_account_it_is_comes_in(
    world: Any, comes: Any, provider: IdentityProvider
) -> None:
    provider.claims = {"role": "coordinator", "preferred_username": "nadia"}
    assert comes() == 302
    accounts(world.database).connect("nadia", subject_sha256(provider.issuer, provider.subject))
    assert comes() == 200
    accounts(world.database).set_active("nadia", active=False)
    assert comes() == 302
