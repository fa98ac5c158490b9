"""Somebody goes to their organisation's provider, on another site, and comes back into a node, without any script."""

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from deploy.demo.organisations import PASSWORD
from shared.second_factors import STEP
from shared.testing.identity_provider import CLIENT, SECRET, IdentityProvider
from tests.e2e.conftest import Visitor
from tests.e2e.test_pages import look
from tests.e2e.test_second_step import LANGUAGES, StrictNode, gives, leaves, secret_on

BUTTON = "main a[href^='/sign-in/organisation']"


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory, one_provider: IdentityProvider) -> Iterator[StrictNode]:
    """At localhost, and the provider at 127.0.0.1: two sites."""
    told = {"ISSUER": one_provider.issuer, "CLIENT_ID": CLIENT, "CLIENT_SECRET": SECRET}
    node = StrictNode(
        tmp_path_factory.mktemp("elsewhere"), {f"OIDC_{name}": said for name, said in told.items()}
    )
    node.processes.start()
    node.processes.await_ready()
    try:
        yield node
    finally:
        node.processes.stop()
        node.database.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_somebody_connects_their_account_and_comes_in_with_it(
    browser: Browser, node: StrictNode, provider: IdentityProvider, language: str
) -> None:
    username = provider.subject = f"nadia-{language}"
    node.employs(username, language=language)
    scripts = language != "ru"
    context = browser.new_context(locale=language, java_script_enabled=scripts)
    visitor = Visitor(context.new_page(), node.url).signs_in(username)
    app = secret_on(visitor)
    gives(visitor, app.now()).presses("main a.btn-primary")

    visitor.goes_to("/account").presses("main a[href='/account/organisation']")
    assert visitor.page.url.startswith(provider.issuer)
    visitor.presses("button")
    visitor.page.wait_for_url(f"{node.url}/account/organisation/confirm")
    _looks(visitor, language)
    visitor.fills(password=PASSWORD).presses("main form [type=submit]")
    assert visitor.page.url.endswith("/account")
    _looks(visitor, language)

    leaves(visitor)
    visitor.goes_to("/referrals")
    _looks(visitor, language)
    visitor.presses(BUTTON).presses("button")
    visitor.page.wait_for_url(f"{node.url}/sign-in/code?next=/referrals")
    gives(visitor, app.at(int(time.time()) + STEP))
    assert visitor.page.url.endswith("/referrals")

    leaves(visitor)
    provider.subject = "somebody unknown here"
    visitor.presses(BUTTON).presses("button")
    assert "/sign-in/organisation/back" in visitor.page.url
    _looks(visitor, language)
    places = (node.url, provider.issuer)
    assert not [address for address in visitor.asked if not address.startswith(places)]
    context.close()


def _looks(visitor: Visitor, language: str) -> None:
    """Where scripts are off, axe cannot look; the other languages have it look at the same pages."""
    if language != "ru":
        look(visitor)
    assert visitor.page.get_attribute("html", "lang") == language
