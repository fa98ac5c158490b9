"""One service, its provider, and a clock that both go by."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from shared.database import Database, new_metadata
from shared.oidc.errors import ProviderAway
from shared.oidc.organisation import CameBack, NotLetIn, Organisation
from shared.oidc.settings import OidcSettings
from shared.oidc.tables import add_oidc_tables
from shared.settings import Secret
from shared.sign_ins import add_sign_in_table
from shared.testing.identity_provider import CLIENT, SECRET, IdentityProvider

METADATA = new_metadata()
ATTEMPTS, TABLES = add_sign_in_table(METADATA), add_oidc_tables(METADATA)
OURS = "https://node.example"


class World:
    """Somebody at a browser of that service, who is sent to its provider and comes back."""

    def __init__(self, provider: IdentityProvider) -> None:
        self.provider, self.at = provider, datetime(2026, 3, 2, 9, tzinfo=UTC)
        provider.now = self._seconds
        self.database = Database("sqlite://", clock=lambda: self.at)
        METADATA.create_all(self.database.engine)
        self.organisation = self.made()

    def _seconds(self) -> float:
        return self.at.timestamp()

    def made(self, **changes: Any) -> Organisation:
        given: dict[str, Any] = {
            "oidc_issuer": self.provider.issuer,
            "oidc_client_id": CLIENT,
            "oidc_client_secret": Secret(SECRET),
        }
        settings = OidcSettings(**given | changes)
        return Organisation(self.database, TABLES, ATTEMPTS, settings, key="k" * 32, url=OURS)

    def begins(self) -> tuple[str, str]:
        return self.organisation.begin("/inbox")

    def comes_back(self, token: str, address: str, **changed: str) -> CameBack:
        answer = dict(parse_qsl(urlsplit(self.provider.sends_back(address)).query))
        return self.organisation.come_back(token, answer | changed)

    def signs_in(self) -> CameBack:
        return self.comes_back(*self.begins())

    def refusal(self) -> str:
        with pytest.raises(NotLetIn) as refused:
            self.signs_in()
        return refused.value.code

    def is_away(self) -> str:
        with pytest.raises(ProviderAway) as away:
            self.signs_in()
        return away.value.code
