"""A service's doors, put together from its accounts and the settings of its web process."""

from collections.abc import Callable
from typing import Any, Protocol

from sqlalchemy import Table

from shared.accounts import Accounts
from shared.api_tokens import Holder
from shared.oidc.organisation import Organisation
from shared.oidc.settings import OidcSettings
from shared.passkeys import Passkeys
from shared.passwords import Hasher
from shared.second_factors import SecondFactors
from shared.sessions import HALF_LASTS, Sessions
from shared.web.identity import Access, Person


class Settings(Protocol):
    """What the doors need of a web process's settings."""

    @property
    def secret_key(self) -> str:
        """Seals what is kept of second factors."""

    @property
    def public_url(self) -> str:
        """Where people reach the pages; passkeys answer to nothing else."""

    @property
    def second_factor(self) -> str:
        """``required``, or ``optional``: a password alone lets in whoever has set none up."""

    @property
    def oidc(self) -> OidcSettings | None:
        """How people sign in with their organisation's account, if they do."""


def access_to(  # noqa: PLR0913 - each service knows its people in its own way
    accounts: Accounts,
    settings: Settings,
    hasher: Hasher,
    *,
    attempts: Table,
    check_password: Callable[[str, str], str],
    person: Callable[[str], Person | None],
    holder_of_token: Callable[[str], Holder | None],
    note: Callable[[str, str], None],
    stopped: Callable[[Any], None],
    keep_form: Callable[[str], bool] = lambda _username: False,
    password_lets_in: Callable[[str], bool] = lambda _username: True,
) -> Access:
    """The doors; ``attempts`` is the service's table of failed sign-ins, the rest is as ``Access`` says."""
    database, factors = accounts.database, accounts.second_factors
    return Access(
        check_password=check_password,
        person=person,
        holder_of_token=holder_of_token,
        owner_of_link=accounts.owner_of_link,
        recover=lambda token, password: accounts.recover(token, password, hasher),
        change_password=lambda username, password: accounts.change_password(username, password, hasher),
        sessions=Sessions(database, accounts.sessions, ending_with=accounts.ending_with),
        half=Sessions(database, accounts.half, idle=HALF_LASTS, longest=HALF_LASTS),
        second_factors=SecondFactors(database, factors, attempts, key=settings.secret_key),
        passkeys=Passkeys(database, factors, address=settings.public_url),
        second_factor_required=settings.second_factor == "required",
        note=note,
        stopped=stopped,
        keep_form=keep_form,
        password_lets_in=password_lets_in,
        organisation=_organisation(accounts, settings, attempts),
    )


def _organisation(accounts: Accounts, settings: Settings, attempts: Table) -> Organisation | None:
    if settings.oidc is None:
        return None
    known = (accounts.database, accounts.oidc, attempts, settings.oidc)
    return Organisation(*known, key=settings.secret_key, url=settings.public_url)
