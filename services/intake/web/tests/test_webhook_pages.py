"""The administrator's page of webhooks: set one up, see what became of each, try again, and stop."""

import re
from collections.abc import Iterator

import pytest

from services.intake.interchange.sending import PAUSES, Sender
from services.intake.interchange.tests.receiver import Receiver, receiving
from services.intake.web.tests.site import Site
from services.intake.web.tests.visitors import Browser, text, words


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as one:
        yield one


@pytest.fixture
def admin(site: Site) -> Browser:
    return site.browser("root")


def sends(site: Site) -> None:
    for thread in Sender("https://node.example").send_due(site.node.database):
        thread.join(30)


def press(browser: Browser, ending: str) -> str:
    """Press the button that leads there; what is said then."""
    [address] = re.findall(f'action="([^"]*{ending})"', browser.text("/webhooks"))
    response = browser.client.post(address, data=browser.form("/webhooks"))
    assert response.status_code == 303
    return words(browser.get(response.location))


def test_a_webhook_from_its_setting_up_to_its_removal(site: Site, admin: Browser, receiver: Receiver) -> None:
    made = admin.send("/webhooks", url=receiver.url, leave="private")
    [secret] = re.findall(r"whsec_[A-Za-z0-9+/]{43}=", text(made))
    assert secret not in admin.text("/webhooks")

    assert "A test is on its way." in press(admin, "/test")
    assert "Test http://127.0.0.1" in words(admin.get("/webhooks"))
    receiver.answers = [500]
    sends(site)
    assert "failed http_500 1" in words(admin.get("/webhooks"))

    assert "tried again at once" in press(admin, "/retry")
    sends(site)
    assert "sent 1" in words(admin.get("/webhooks"))
    assert "/retry" not in admin.text("/webhooks")

    assert "Nothing is sent there for now." in press(admin, "/disable")
    assert "disabled" in words(admin.get("/webhooks"))
    assert "from now on" in press(admin, "/enable")
    assert "There are none. Set up a webhook" in press(admin, "/remove")


def test_one_that_was_given_up_says_why(site: Site, admin: Browser) -> None:
    admin.send("/webhooks", url="http://127.0.0.1:9/")
    press(admin, "/test")
    for _ in range(len(PAUSES) + 1):
        sends(site)
        site.node.pass_time(days=1)

    page = words(site.browser("root").get("/webhooks"))
    assert "given up The name leads into our own network, which was not allowed. 10" in page


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("", "Enter the address."),
        ("http://hooks.example/", "Enter an address that begins with https://."),
        ("https://a:b@hooks.example/", "This is no address that a webhook could go to."),
    ],
)
def test_what_is_no_safe_address_is_said(admin: Browser, url: str, said: str) -> None:
    response = admin.send("/webhooks", url=url)
    assert response.status_code == 422
    assert said in words(response)


@pytest.mark.parametrize("who", ["olena", "ihar"])
def test_nobody_else_finds_it(site: Site, who: str) -> None:
    assert "/webhooks" not in site.browser(who).text("/referrals")
