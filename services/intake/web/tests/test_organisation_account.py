"""Who may do what at a node is said by the node, whatever the organisation's provider says of somebody."""

from typing import Any

import pytest
from flask import Flask

from services.intake.domain import Action, Role
from services.intake.storage import staff_tables, tables
from services.intake.storage.audit import Wanted, find_entries
from services.intake.tests.node import CHEAP, HERE
from services.intake.usecases.staff import NewStaff, accounts, add_staff
from services.intake.web import create_app
from services.intake.web.labels import ROLES
from services.intake.web.tests.site import Site, settings
from services.intake.web.tests.visitors import PASSWORD, Browser, text
from shared.database import Database
from shared.oidc.bindings import Bindings, subject_sha256
from shared.settings import Secret
from shared.testing.identity_provider import CLIENT, SECRET, IdentityProvider

BOASTS: list[dict[str, Any]] = [
    {"role": "admin", "roles": ["admin", "focal_point"]},
    {"groups": ["admin", "administrators"], "realm_access": {"roles": ["admin"]}},
    {"preferred_username": "root", "email": "root@harbour.example", "email_verified": True, "name": "root"},
    {"username": "root", "role": "auditor", "org": "night-shelter", "permissions": ["*"]},
]
PAGES = ("/inbox", "/people", "/audit", "/webhooks")
MAY = {
    "olena": ("case_worker", [200, 200, 403, 403]),
    "ihar": ("focal_point", [200, 200, 403, 403]),
    "root": ("admin", [403, 403, 403, 200]),
    "vera": ("auditor", [403, 403, 200, 403]),
}


def made(database: Database, provider: IdentityProvider, passwords: str) -> Flask:
    elsewhere = {
        "oidc_issuer": provider.issuer,
        "oidc_client_id": CLIENT,
        "oidc_client_secret": Secret(SECRET),
        "passwords": passwords,
    }
    return create_app(database, settings(**elsewhere), hasher=CHEAP)


@pytest.fixture(scope="session")
def open_web(web_database: Database, one_provider: IdentityProvider) -> Flask:
    return made(web_database, one_provider, "everybody")


@pytest.fixture(scope="session")
def narrow_web(web_database: Database, one_provider: IdentityProvider) -> Flask:
    return made(web_database, one_provider, "administrators")


class Door:
    """A node that people come to with their organisation's account."""

    def __init__(self, site: Site, provider: IdentityProvider, app: Flask) -> None:
        self.database, self.provider, self.app = site.node.database, provider, app
        add_staff(self.database, NewStaff("vera", PASSWORD, Role.AUDITOR, "Vera"), org=HERE, hasher=CHEAP)
        self.bindings = Bindings(self.database, staff_tables.oidc)
        provider.now = self._seconds

    def _seconds(self) -> float:
        return self.database.clock().timestamp()

    def comes(self, username: str, claims: dict[str, Any]) -> Browser:
        self.provider.subject, self.provider.claims = f"subject of {username}", claims
        browser = Browser(self.app.test_client()).speaks("en")
        begun = browser.get("/sign-in/organisation")
        back = self.provider.sends_back(begun.location or "")
        browser.get(back.removeprefix("http://127.0.0.1:8000"))
        return browser

    def binds(self, username: str) -> None:
        subject = subject_sha256(self.provider.issuer, f"subject of {username}")
        assert accounts(self.database).connect(username, subject)


@pytest.fixture
def door(site: Site, provider: IdentityProvider, open_web: Flask) -> Door:
    return Door(site, provider, open_web)


@pytest.fixture
def narrow_door(site: Site, provider: IdentityProvider, narrow_web: Flask) -> Door:
    return Door(site, provider, narrow_web)


@pytest.mark.parametrize("username", MAY)
@pytest.mark.parametrize("claims", BOASTS)
def test_the_role_is_the_one_that_we_gave(door: Door, username: str, claims: dict[str, Any]) -> None:
    door.binds(username)
    browser = door.comes(username, claims)

    assert f"· {username} · {ROLES[Role(MAY[username][0])]}<" in text(browser.get("/account"))
    assert [browser.get(page).status_code for page in PAGES] == MAY[username][1]


@pytest.mark.parametrize("claims", BOASTS)
def test_nobody_is_made_by_signing_in(door: Door, claims: dict[str, Any]) -> None:
    with door.database.reading() as tx:
        before = len(tx.execute(tables.staff.select()).all())
    browser = door.comes("root", claims)

    assert browser.get("/account").status_code == 302
    with door.database.reading() as tx:
        assert len(tx.execute(tables.staff.select()).all()) == before


def test_whoever_is_switched_off_or_unbound_or_recovered_comes_in_no_more(door: Door) -> None:
    known = accounts(door.database)
    for end in (
        lambda: known.set_active("olena", active=False),
        lambda: known.disconnect("olena"),
        lambda: known.recover(known.recovery_link("olena") or "", "nine quiet lanterns", CHEAP),
    ):
        known.set_active("olena", active=True)
        door.binds("olena")
        browser = door.comes("olena", {})
        assert browser.get("/account").status_code == 200
        assert end()
        assert browser.get("/account").status_code == 302
        assert door.comes("olena", {}).get("/account").status_code == 302


def test_it_stands_in_the_audit(door: Door) -> None:
    door.comes("olena", {})
    door.binds("olena")
    door.comes("olena", {})
    accounts(door.database).disconnect("olena")
    with door.database.reading() as tx:
        kept = find_entries(tx, Wanted(), limit=1_000)[::-1]

    assert [(e.username, e.action, e.member) for e in kept if e.action != Action.USER_ADDED] == [
        ("", Action.SIGN_IN_REFUSED, None),
        ("", Action.ACCOUNT_CONNECTED, "olena"),
        ("olena", Action.SIGNED_IN_ELSEWHERE, None),
        ("", Action.ACCOUNT_DISCONNECTED, "olena"),
    ]


@pytest.mark.parametrize(
    ("username", "status"), [("root", 303), ("olena", 401), ("ihar", 401), ("vera", 401)]
)
def test_passwords_may_be_for_administrators_alone(narrow_door: Door, username: str, status: int) -> None:
    browser = Browser(narrow_door.app.test_client()).speaks("en")

    answer = browser.send("/sign-in", username=username, password=PASSWORD)

    assert answer.status_code == status
    assert ("only administrators" in text(answer)) is (status == 401)
    assert "only administrators" not in text(browser.send("/sign-in", username="ihar", password="wrong"))
