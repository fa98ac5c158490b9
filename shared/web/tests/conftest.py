"""A small application with one page, one form and one API resource, and somebody who may sign in."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from shared.api_tokens import Holder
from shared.database import Database, new_metadata
from shared.oidc.organisation import Organisation
from shared.oidc.settings import OidcSettings
from shared.oidc.tables import add_oidc_tables
from shared.passkeys import Passkeys
from shared.passwords import accept_password
from shared.second_factor_tables import add_second_factor_tables
from shared.second_factors import SecondFactors
from shared.sessions import HALF_LASTS, Sessions, add_session_table
from shared.settings import Secret
from shared.sign_ins import add_sign_in_table
from shared.testing.identity_provider import CLIENT, SECRET, IdentityProvider
from shared.web import Access, Person, Problem, SignInRefused, WebSettings, closed, make_app
from shared.web.tests.small_pages import Gone, add_pages

PASSWORD = "an invented passphrase"


class Named(str):
    """As whom somebody acts: their name, and nothing else."""

    __slots__ = ()

    @property
    def username(self) -> str:
        """The name."""
        return str(self)


METADATA = new_metadata()
SESSIONS = add_session_table(METADATA)
HALF = add_session_table(METADATA, "half_sign_ins")
ATTEMPTS = add_sign_in_table(METADATA)
FACTORS = add_second_factor_tables(METADATA)
ELSEWHERE = add_oidc_tables(METADATA)
BEGINNING = datetime(2026, 3, 2, 9, tzinfo=UTC)


class Doors:
    """Who may come in: everybody who knows the one password, and what they owe besides it."""

    def __init__(self) -> None:
        self.at = BEGINNING
        self.database = Database("sqlite://", clock=lambda: self.at)
        METADATA.create_all(self.database.engine)
        self.sessions = Sessions(self.database, SESSIONS)
        self.half = Sessions(self.database, HALF, idle=HALF_LASTS, longest=HALF_LASTS)
        self.factors = SecondFactors(self.database, FACTORS, ATTEMPTS, key="k" * 32)
        self.passkeys = Passkeys(self.database, FACTORS, address="http://localhost")
        self.sees_much = False
        self.gone: set[str] = set()
        self.links: dict[str, str] = {}
        self.noted: list[tuple[str, str]] = []
        self.password, self.wait, self.is_away = PASSWORD, 0, False

    def reset(self) -> None:
        self.at, self.password, self.wait, self.is_away = BEGINNING, PASSWORD, 0, False
        self.sees_much = False
        self.links.clear()
        self.gone.clear()
        self.noted.clear()
        with self.database.transaction() as tx:
            for table in METADATA.sorted_tables:
                tx.execute(table.delete())

    def access(self, *, required: bool = False, organisation: Organisation | None = None) -> Access:
        return Access(
            check_password=self.check_password,
            person=self.person,
            holder_of_token={
                "good token": Holder(Named("system")),
                "reading token": Holder(Named("system"), reads_only=True),
            }.get,
            owner_of_link=self.links.get,
            recover=self.recover,
            change_password=self.change_password,
            sessions=self.sessions,
            half=self.half,
            second_factors=self.factors,
            passkeys=self.passkeys,
            second_factor_required=required,
            note=lambda what, username: self.noted.append((what, username)),
            stopped=lambda actor: self.noted.append(("braked", actor.username)),
            password_lets_in=lambda username: username != "nina",
            organisation=organisation,
        )

    def check_password(self, username: str, password: str) -> str:
        if self.wait or password != self.password:
            raise SignInRefused(self.wait)
        return username

    def person(self, username: str) -> Person | None:
        if self.is_away:
            raise OperationalError("SELECT", None, Exception("away"))
        if username in self.gone:
            return None
        return Person(username, f"{username} of the house", Named(username), "be", self.sees_much)

    def recover(self, token: str, password: str) -> str | None:
        self.password = accept_password(password, "vera")
        return self.links.pop(token, None)

    def change_password(self, username: str, password: str) -> None:
        self.password = accept_password(password, username)
        self.sessions.end_all(username)

    def begun(self) -> list[str]:
        """Whose sessions there are."""
        with self.database.reading() as tx:
            return list(tx.execute(select(SESSIONS.c.username)).scalars())


@dataclass
class Browser:
    """A client that fills in the CSRF token that it was given, as a browser does."""

    client: FlaskClient
    csrf: str = ""

    def get(self, path: str, **options: Any) -> Any:
        answer = self.client.get(path, **options)
        found = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', answer.text)
        self.csrf = found[1] if found else self.csrf
        return answer

    def post(self, path: str, **fields: str) -> Any:
        return self.client.post(path, data={"csrf_token": self.csrf, **fields})

    def sign_in(self, password: str = PASSWORD, path: str = "/sign-in", username: str = "vera") -> Any:
        self.get("/sign-in")
        answer = self.post(path, username=username, password=password)
        self.get("/")
        return answer


@pytest.fixture(scope="session")
def house() -> tuple[Flask, Doors]:
    """One application for the whole run: making it is slow, and it keeps nothing but its doors."""
    doors = Doors()
    return _make(doors.access()), doors


@pytest.fixture(scope="session")
def strict_house(house: tuple[Flask, Doors]) -> Flask:
    """Another application behind the same doors, where a password alone lets in nobody."""
    return _make(house[1].access(required=True))


@pytest.fixture(scope="session")
def houses_elsewhere(
    house: tuple[Flask, Doors], one_provider: IdentityProvider
) -> dict[bool, tuple[Flask, Organisation]]:
    """Two more behind the same doors, where people may come with their organisation's account.

    False: as the first; True: as the strict one, where the provider's ``mfa`` counts as the second step.
    """
    return {required: _elsewhere(house[1], one_provider, required=required) for required in (False, True)}


def _elsewhere(doors: Doors, provider: IdentityProvider, *, required: bool) -> tuple[Flask, Organisation]:
    settings = OidcSettings(
        oidc_issuer=provider.issuer,
        oidc_client_id=CLIENT,
        oidc_client_secret=Secret(SECRET),
        oidc_amr="mfa" if required else "",
    )
    known = (doors.database, ELSEWHERE, ATTEMPTS, settings)
    organisation = Organisation(*known, key="k" * 32, url="http://localhost")
    return _make(doors.access(required=required, organisation=organisation)), organisation


@pytest.fixture
def busy_house(doors: Doors) -> Flask:
    """Behind the same doors, but nobody is answered more than ten times within a minute."""
    return _make(doors.access(), a_minute=10)


@pytest.fixture
def app(house: tuple[Flask, Doors]) -> Flask:
    return house[0]


@pytest.fixture
def doors(house: tuple[Flask, Doors]) -> Iterator[Doors]:
    yield house[1]
    house[1].reset()


def _make(access: Access, *, a_minute: int = 1_000_000) -> Flask:
    app = make_app(
        __name__,
        settings=WebSettings(
            name="test",
            title="Harbour House",
            secret_key="k" * 32,
            secure=False,
            requests_a_minute=a_minute,
        ),
        access=access,
        errors={Gone: lambda _error: Problem(409, "gone", state="closed", allowed=[])},
        checks={"database": lambda: None},
    )
    closed.install(app)
    add_pages(app)
    return app


@pytest.fixture
def visitor(app: Flask, doors: Doors) -> Browser:
    """Somebody who has not signed in; ``doors`` are reset behind them."""
    assert doors.begun() == []
    return Browser(app.test_client())


@pytest.fixture
def signed_in(visitor: Browser) -> Browser:
    visitor.sign_in()
    return visitor


@pytest.fixture
def person_at() -> Callable[[Flask, str], Browser]:
    """Signs somebody in at an application."""

    def sign_in(app: Flask, username: str) -> Browser:
        browser = Browser(app.test_client())
        browser.sign_in(username=username)
        return browser

    return sign_in
