"""The way in by an organisation's account, as pages use it: begin, come back, and whose account it opens here."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Table

from shared import sign_ins
from shared.database import Database
from shared.oidc.begun import BegunSignIns, Secrets
from shared.oidc.bindings import Bindings, subject_sha256
from shared.oidc.errors import TokenRefused
from shared.oidc.settings import OidcSettings
from shared.oidc.tables import OidcTables

BACK = "/sign-in/organisation/back"  #: where the provider sends people; the address that it has to be told


class NotLetIn(Exception):
    """Nobody came in.

    ``code``: not_begun (with that browser, or lately), denied (there), other_provider, unbound, wait (for ``seconds``),
    or what is wrong with the token.
    """

    def __init__(self, code: str, seconds: int = 0) -> None:
        super().__init__(code)
        self.code, self.seconds = code, seconds


@dataclass(frozen=True)
class CameBack:
    """Somebody whom the provider knows, by a hash. ``for_username`` wants to connect that account to their own."""

    subject: str
    wanted: str
    second_step: bool
    for_username: str | None


class Organisation:
    """Sign-in through the organisation's provider at one service. ``attempts`` is its table of failed sign-ins."""

    def __init__(  # noqa: PLR0913 - it stands between a database and a provider
        self,
        database: Database,
        tables: OidcTables,
        attempts: Table,
        settings: OidcSettings,
        *,
        key: str,
        url: str,
    ) -> None:
        from shared.oidc.provider import Provider  # noqa: PLC0415 - 10 MB, which pages without one need not have

        self._database, self._attempts, self._settings = database, attempts, settings
        self._provider = Provider(settings, back=url.rstrip("/") + BACK, clock=self._now)
        self.bindings = Bindings(database, tables)
        self.begun = BegunSignIns(database, tables, key=key)

    def _now(self) -> datetime:
        """By the database's clock of that moment, which tests turn."""
        return self._database.clock()

    def begin(self, wanted: str, username: str | None = None) -> tuple[str, str]:
        """The token for the browser to keep, and the provider's address to go to; raises ProviderAway."""
        made = Secrets(wanted=wanted)
        address = self._provider.address(made)
        return self.begun.begin(made, username), address

    def come_back(self, token: str, answer: Mapping[str, str]) -> CameBack:
        """Who has come back with that answer; raises NotLetIn, ProviderAway. It works once."""
        begun = self.begun.take(token, answer.get("state", ""))
        if begun is None:
            raise NotLetIn("not_begun")
        if answer.get("iss", self._settings.oidc_issuer) != self._settings.oidc_issuer:
            raise NotLetIn("other_provider")
        if "error" in answer or not answer.get("code"):
            raise NotLetIn("denied")
        try:
            said = self._provider.identify(answer["code"], begun.secrets, begun_at=begun.at)
        except TokenRefused as refused:
            raise NotLetIn(refused.code) from None
        is_strong = said.acr in self._settings.oidc_acr.split() or said.amr & {
            *self._settings.oidc_amr.split()
        }
        subject = subject_sha256(self._settings.oidc_issuer, said.subject)
        return CameBack(subject, begun.secrets.wanted, bool(is_strong), begun.username)

    def owner(self, subject: str) -> str:
        """Whose account it opens; each attempt is counted before. Raises NotLetIn (unbound, wait)."""
        with self._database.transaction() as tx:
            try:
                sign_ins.count_attempt(tx, self._attempts, _attempt(subject))
            except sign_ins.TooEarly as early:
                raise NotLetIn("wait", early.seconds) from None
        username = self.bindings.owner(subject)
        if username is None:
            raise NotLetIn("unbound")
        return username

    def succeeded(self, subject: str) -> None:
        """They came in: their attempts before are forgotten."""
        with self._database.transaction() as tx:
            sign_ins.forget_failures(tx, self._attempts, _attempt(subject))


def _attempt(subject: str) -> str:
    return f"oidc/{subject}"
