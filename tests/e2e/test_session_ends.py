"""A case worker is called away in the middle of a form: nothing that she wrote is lost, and nobody else reads it."""

from datetime import timedelta

from playwright.sync_api import Route
from sqlalchemy import create_engine, text

from deploy.demo.organisations import PASSWORD
from shared.clock import now
from shared.engines import driver_url
from shared.sessions import IDLE
from tests.e2e.conftest import Visit
from tests.e2e.test_pages import look
from tests.network import Network

LANGUAGES = ("en", "ru", "be", "uk")


def pass_the_time(network: Network, org: str) -> None:
    """All who are signed in there have touched nothing for too long."""
    url = next(node.database_url for node in network.plan.nodes if node.org == org)
    with create_engine(driver_url(url)).begin() as connection:
        long_ago = now() - IDLE - timedelta(minutes=1)
        connection.execute(text("UPDATE sessions SET seen_at = :at"), {"at": long_ago.replace(tzinfo=None)})


def test_what_she_wrote_waits_until_she_is_back(visit: Visit, network: Network) -> None:
    worker = visit("harbour-house", width=390).signs_in("alena")
    worker.goes_to("/people/new").fills(alias="Written before the break")
    pass_the_time(network, "harbour-house")

    worker.presses("main form [type=submit]")
    assert not worker.sees("Written before the break")
    worker.fills(username="alena", password=PASSWORD).presses("main form [type=submit]")

    assert worker.page.input_value("[name=alias]") == "Written before the break"
    assert worker.page.locator("main form.notice").is_visible()
    assert worker.complaints() == []
    worker.presses("main form.notice [type=submit]")
    assert worker.page.input_value("[name=alias]") == ""


def test_she_locks_the_screen_and_comes_back(visit: Visit) -> None:
    worker = visit("harbour-house", width=390).signs_in("alena").goes_to("/people")
    worker.presses("header button[formaction='/lock']")

    for language in LANGUAGES:
        look(worker.goes_to("/unlock").speaks(language))
    worker.goes_to("/people").fills(password=PASSWORD).presses("main form [type=submit]")

    assert worker.page.url.endswith("/people")


def test_a_page_that_nobody_touches_closes_itself_without_a_script(visit: Visit, network: Network) -> None:
    worker = visit("harbour-house", width=390).signs_in("alena").speaks("en")
    worker.page.route(f"{worker.url}/people", sooner)
    assert worker.goes_to("/people").sees("People")

    worker.page.wait_for_url("**/closed?next=/people")
    for language in LANGUAGES:
        look(worker.speaks(language))
    worker.presses("main a.btn")
    pass_the_time(network, "harbour-house")
    worker.page.wait_for_url("**/sign-in?next=/people")

    look(worker)


def sooner(route: Route) -> None:
    """As the node answers, but for the time after which the page closes itself."""
    answer = route.fetch()
    seconds, _, where = answer.headers["refresh"].partition(";")
    assert int(seconds) == IDLE.total_seconds()
    route.fulfill(response=answer, headers=answer.headers | {"refresh": f"2;{where}"})
