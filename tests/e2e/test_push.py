"""A real Chromium is told by push: it asks its person, sends where it can be told, and shows what a real node pushed.

Only ``PushManager.subscribe`` is stood in for: it would ask its maker's push service, which is elsewhere. What it gives
is a receiver on this machine; what arrives there is opened with the browser's keys and handed to its service worker.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from services.intake.interchange.tests.receiver import Receiver, receiving
from shared.notices.saying import Saying
from shared.notices.wording import subject
from shared.polling import poll_until
from shared.sealing.tests.push_browser import PushBrowser
from tests.e2e.conftest import Visit, Visitor
from tests.e2e.test_notices import arrives
from tests.e2e.test_pages import LANGUAGES, look
from tests.network import SOON, Network

B = "legal-aid-centre"
STAND_IN = """given => {
  PushManager.prototype.subscribe = async function (wanted) {
    const registration = await navigator.serviceWorker.getRegistration("/static/");
    const isReady = wanted.userVisibleOnly && wanted.applicationServerKey && registration.active;
    if (!isReady) throw new Error("a browser would refuse");
    return { toJSON: () => ({ endpoint: given.endpoint, keys: { p256dh: given.p256dh, auth: given.auth } }) };
  };
}"""
SHOWN = """async () => {
  const registration = await navigator.serviceWorker.getRegistration("/static/");
  return (await registration.getNotifications()).map(({ title, lang, tag, data }) => ({ title, lang, tag, data }));
}"""


@pytest.fixture
def service() -> Iterator[Receiver]:
    """A push service on this machine."""
    with receiving() as receiver:
        yield receiver


def visits(visit: Visit, username: str = "oksana", **how: Any) -> Visitor:
    visitor = visit(B, **how)
    visitor.page.context.grant_permissions(["notifications"], origin=visitor.url)
    return visitor.signs_in(username).speaks(how.get("language", "en")).goes_to("/notices")


def names_itself(visitor: Visitor, receiver: Receiver) -> PushBrowser:
    browser = PushBrowser()
    visitor.page.evaluate(STAND_IN, browser.given(f"http://127.0.0.1:{receiver.port}/to/1"))
    with visitor.page.expect_navigation():
        visitor.page.click("[data-push-key] button")
    return browser


def test_what_a_node_pushes_a_browser_shows(visit: Visit, network: Network, service: Receiver) -> None:
    visitor = visits(visit)
    asked = len(visitor.asked)
    browser = names_itself(visitor, service)
    assert visitor.sees("This browser tells you from now on.")
    look(visitor)
    visitor.page.check("input[name=by_push][value=waits]")
    visitor.presses("main form.questions [type=submit]")
    poll_until(lambda: _is_told(network, service), seconds=120, what="a push")

    opened = browser.opens(service.got[0][2]).decode()
    said = Saying(**json.loads(opened))
    assert (said.link, said.language) == (f"{visitor.url}/inbox", "uk")
    [shown] = handed(visitor, opened)
    assert shown["title"] == f"{subject(said)} ({said.count})"
    assert (shown["lang"], shown["tag"], shown["data"]) == ("uk", "inbox", {"link": said.link})
    assert not [address for address in visitor.asked[asked:] if not address.startswith(visitor.url)]

    visitor.presses("main li form [type=submit]")
    assert visitor.sees("That browser tells you nothing any more.")


def _is_told(network: Network, service: Receiver) -> bool:
    """The worker looks once a minute whom it tells, so that the first may have come too early."""
    arrives(network)
    return service.asked.wait(5)


def handed(visitor: Visitor, said: str) -> Any:
    """What the service worker shows of what a push service would hand it."""
    session = visitor.page.context.new_cdp_session(visitor.page)
    registrations: list[str] = []
    found = lambda event: registrations.extend(one["registrationId"] for one in event["registrations"])  # noqa: E731
    session.on("ServiceWorker.workerRegistrationUpdated", found)
    session.send("ServiceWorker.enable")
    poll_until(
        lambda: visitor.page.wait_for_timeout(50) or registrations, seconds=SOON, what="the service worker"
    )
    given = {"origin": visitor.url, "registrationId": registrations[0], "data": said}
    session.send("ServiceWorker.deliverPushMessage", given)
    return poll_until(lambda: visitor.page.evaluate(SHOWN), seconds=SOON, what="a notification")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_with_a_browser_that_is_told(visit: Visit, service: Receiver, language: str) -> None:
    visitor = visits(visit, language=language, width=390 if language == "be" else 1280)
    look(visitor)
    names_itself(visitor, service)
    look(visitor)
    visitor.presses("main li form [type=submit]")


def test_a_browser_that_does_not_allow_it_is_told_what_to_do(visit: Visit) -> None:
    visitor = visit(B).signs_in("oksana").speaks("en").goes_to("/notices")
    visitor.page.context.clear_permissions()
    visitor.page.click("[data-push-key] button")
    visitor.page.wait_for_selector("[data-push-refused]:not([hidden])")
    assert visitor.sees("The browser did not allow it.")
    look(visitor)


def test_without_scripts_the_page_says_so_and_works(visit: Visit) -> None:
    visitor = visit(B, scripts=False).signs_in("oksana").speaks("en").goes_to("/notices")
    assert visitor.sees("This needs JavaScript, and a browser that knows push.")
    assert not visitor.page.is_visible("[data-push-key] button")
    visitor.page.check("input[name=by_push][value=late]")
    visitor.presses("main form.questions [type=submit]")
    assert visitor.page.is_checked("input[name=by_push][value=late]")


def test_who_signs_out_leaves_no_service_worker_behind(visit: Visit, service: Receiver) -> None:
    visitor = visits(visit)
    names_itself(visitor, service)
    registered = "async () => (await navigator.serviceWorker.getRegistrations()).length"
    assert visitor.page.evaluate(registered) == 1
    visitor.presses("header form[action='/sign-out'] [type=submit]:not([formaction])").goes_to("/sign-in")
    assert visitor.page.evaluate(registered) == 0
