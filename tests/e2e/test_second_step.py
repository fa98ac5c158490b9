"""A node as it is deployed: nobody comes in by a password alone, and everybody can get back in."""

import time
from collections.abc import Iterator
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import Browser

from deploy.composition import open_database, scribe_of
from deploy.demo.organisations import PASSWORD
from deploy.demo.up import is_healthy
from deploy.supervisor import Program, Supervisor
from services.intake.usecases.node import beat
from services.intake.usecases.staff import NewStaff, accounts, add_staff
from shared.migrations import upgrade
from shared.ports import free_ports
from shared.sealing import OwnKeys, write_key_file
from shared.second_factors import STEP
from tests.e2e.conftest import Visitor
from tests.e2e.test_pages import look
from tests.installed import program

ORG, NEW_PASSWORD = "harbour-house", "tulip anchor forty-two"
LANGUAGES = ("en", "ru", "be", "uk")


class StrictNode:
    """A node's web process without the demo's ease, and its database; ``more`` are settings."""

    def __init__(self, folder: Path, more: dict[str, str] | None = None) -> None:
        [port] = free_ports(1)
        self.url, address = f"http://localhost:{port}", f"sqlite:///{folder / 'node.db'}"
        upgrade("services.intake", address)
        keys = OwnKeys.generate()
        self.database = open_database("intake", address, sender=ORG, scribe=scribe_of("intake", ORG, keys))
        beat(self.database, "running")
        write_key_file(folder / "node.key", keys)
        told = {
            "ORG": ORG,
            "ORG_NAME": "Harbour House (invented)",
            "INTAKE_DATABASE_URL": address,
            "KEY_FILE": str(folder / "node.key"),
            "SECRET_KEY": "0" * 64,
            "PUBLIC_URL": self.url,
            "WEB_PORT": str(port),
        }
        command = (program(), "web", "intake")
        environment = {f"THROUGHLINE_{name}": value for name, value in (told | (more or {})).items()}
        web = Program("web", command, environment, folder / "web.log", lambda: is_healthy(self.url))
        self.processes = Supervisor([web])

    def employs(self, username: str, role: str = "case_worker", language: str = "en") -> None:
        new = NewStaff(username, PASSWORD, role, username.title(), language=language)
        add_staff(self.database, new, org=ORG)


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StrictNode]:
    node = StrictNode(tmp_path_factory.mktemp("strict"))
    node.processes.start()
    node.processes.await_ready()
    try:
        yield node
    finally:
        node.processes.stop()
        node.database.close()


def secret_on(visitor: Visitor) -> pyotp.TOTP:
    return pyotp.TOTP(visitor.page.inner_text(".secret").replace(" ", ""))


def gives(visitor: Visitor, code: str) -> Visitor:
    return visitor.fills(code=code).presses("main form [type=submit]")


def recovery_codes(visitor: Visitor) -> list[str]:
    return visitor.page.locator("main li.secret").all_inner_texts()


def leaves(visitor: Visitor) -> Visitor:
    return visitor.presses("header form[action='/sign-out'] [type=submit]:not([formaction])")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_sign_in_sets_up_the_second_step_and_the_next_asks_for_it(
    browser: Browser, node: StrictNode, language: str
) -> None:
    username = f"alena-{language}"
    node.employs(username, language=language)
    context = browser.new_context(locale=language, java_script_enabled=language != "ru")
    visitor = Visitor(context.new_page(), node.url)

    visitor.signs_in(username)
    assert visitor.page.url.endswith("/sign-in/set-up")
    _looks(visitor, language)
    picture = "document.querySelector('.square-code').naturalWidth"
    assert language == "ru" or visitor.page.evaluate(picture) > 100
    app = secret_on(visitor)
    gives(visitor, "000000")
    assert visitor.page.url.endswith("/sign-in/set-up")
    _looks(visitor, language)
    gives(visitor, app.now())
    codes = recovery_codes(visitor)
    assert len(codes) == 8
    _looks(visitor, language)
    visitor.presses("main a.btn-primary")
    assert visitor.page.url.endswith("/inbox")

    leaves(visitor).signs_in(username)
    assert visitor.page.url.endswith("/sign-in/code")
    _looks(visitor, language)
    later = app.at(int(time.time()) + STEP)
    assert gives(visitor, later).page.url.endswith("/inbox")
    for path in ("/account", "/account/recovery-codes"):
        _looks(visitor.goes_to(path), language)
    leaves(visitor).signs_in(username)
    assert gives(visitor, later).page.url.endswith("/sign-in/code"), "a code that was used"
    assert gives(visitor, codes[0]).page.url.endswith("/inbox")
    assert not [address for address in visitor.asked if not address.startswith(node.url)]
    context.close()


def _looks(visitor: Visitor, language: str) -> None:
    """Where scripts are off, axe cannot look; the other languages have it look at the same pages."""
    if language != "ru":
        look(visitor)
    assert visitor.page.get_attribute("html", "lang") == language


def test_a_computer_that_was_left_behind_is_signed_out(browser: Browser, node: StrictNode) -> None:
    node.employs("nadia", "case_worker")
    context = browser.new_context(locale="en")
    left_behind = Visitor(context.new_page(), node.url).signs_in("nadia")
    gives(left_behind, secret_on(left_behind).now())
    codes = recovery_codes(left_behind)
    visitor = Visitor(browser.new_context(locale="en").new_page(), node.url).signs_in("nadia")
    gives(visitor, codes[0])

    visitor.goes_to("/account")
    look(visitor)
    visitor.presses("main a[href^='/account/sign-out-there']")
    look(visitor)
    visitor.fills(code=codes[1]).presses("main form [type=submit]")

    assert visitor.sees("Nobody is signed in there any more.")
    assert left_behind.goes_to("/inbox").page.url.endswith("/sign-in?next=/inbox")
    visitor.page.context.close()
    context.close()


def test_somebody_who_forgot_the_password_still_gives_a_code(browser: Browser, node: StrictNode) -> None:
    node.employs("taras", "case_worker")
    context = browser.new_context(locale="en")
    visitor = Visitor(context.new_page(), node.url).signs_in("taras")
    app = secret_on(visitor)
    gives(visitor, app.now())
    token = accounts(node.database).recovery_link("taras")

    visitor.goes_to(f"/recover/{token}").fills(password=NEW_PASSWORD, again=NEW_PASSWORD)
    visitor.presses("main form [type=submit]")
    assert visitor.page.url.endswith("/sign-in/code")
    assert gives(visitor, app.at(int(time.time()) + STEP)).page.url.endswith("/inbox")
    context.close()


def test_somebody_who_lost_everything_gets_back_in_by_a_link(browser: Browser, node: StrictNode) -> None:
    node.employs("viktor", "focal_point")
    context = browser.new_context(locale="en")
    visitor = Visitor(context.new_page(), node.url).signs_in("viktor")
    gives(visitor, secret_on(visitor).now())
    elsewhere = Visitor(browser.new_context(locale="en").new_page(), node.url)
    token = accounts(node.database).recovery_link("viktor", second_factor_lost=True)

    elsewhere.goes_to(f"/recover/{token}")
    look(elsewhere)
    elsewhere.fills(password=NEW_PASSWORD, again=NEW_PASSWORD).presses("main form [type=submit]")
    gives(elsewhere, secret_on(elsewhere).now())
    elsewhere.presses("main a.btn-primary")

    assert elsewhere.page.url.endswith("/inbox")
    assert visitor.goes_to("/inbox").page.url.endswith("/sign-in?next=/inbox")
    assert elsewhere.goes_to(f"/recover/{token}").sees("does not exist")
    elsewhere.page.context.close()
    context.close()


def test_a_focal_point_comes_in_by_a_passkey_and_by_the_app_no_more(
    browser: Browser, node: StrictNode
) -> None:
    node.employs("pavel", "focal_point")
    context = browser.new_context(locale="en")
    visitor = Visitor(context.new_page(), node.url)
    _has_a_key(visitor)
    visitor.signs_in("pavel")
    app = secret_on(visitor)
    gives(visitor, app.now())
    codes = recovery_codes(visitor)
    visitor.goes_to("/account").presses("main a[href='/account/passkeys']")
    look(visitor)
    visitor.fills(name="On my key ring", code=codes[1]).presses("form[data-passkey] [type=submit]")
    visitor.page.wait_for_selector("main a[href^='/account/passkeys/remove']")
    assert visitor.sees("On my key ring")
    look(visitor)
    visitor.presses("main a[href^='/account/passkeys/remove']")
    look(visitor)

    leaves(visitor).signs_in("pavel")
    look(visitor)
    visitor.presses("form[data-passkey] [type=submit]")
    visitor.page.wait_for_url("**/inbox")

    leaves(visitor).signs_in("pavel")
    gives_code = "main form[action='/sign-in/code'] [type=submit]"
    visitor.fills(code=app.at(int(time.time()) + STEP)).presses(gives_code)
    assert visitor.page.url.endswith("/sign-in/code"), "the app's code counts no more"
    visitor.fills(code=codes[0]).presses(gives_code)
    assert visitor.page.url.endswith("/inbox")
    assert not [address for address in visitor.asked if not address.startswith(node.url)]
    context.close()


def _has_a_key(visitor: Visitor) -> None:
    """A USB key, as Chromium pretends to have one; whoever is asked touches it."""
    devices = visitor.page.context.new_cdp_session(visitor.page)
    devices.send("WebAuthn.enable")
    told = {"protocol": "ctap2", "transport": "usb", "automaticPresenceSimulation": True}
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": told})
