"""A network of the wheel with a year behind it, and people who meet it in a real Chromium."""

from collections.abc import Callable, Iterator
from importlib.resources import files
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from deploy.demo.broker import start_broker
from deploy.demo.organisations import COORDINATOR, PASSWORD
from deploy.demo.plan import make_plan
from tests.network import Network, running, told_by_push

pytest_plugins = ["shared.testing.browser"]
AXE = (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")


@pytest.fixture(scope="session")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    folder = tmp_path_factory.mktemp("network")
    plan = make_plan(folder)
    orgs = [node.org for node in plan.nodes]
    with (
        told_by_push(),
        running(plan, lambda: start_broker("rabbitmq", folder, orgs, plan.password), past=True) as network,
    ):
        yield network


class Visitor:
    """Somebody at a browser. ``asked`` is every address the browser asked for."""

    def __init__(self, page: Page, url: str) -> None:
        self.page, self.url = page, url
        self.asked: list[str] = []
        page.on("request", lambda request: self.asked.append(request.url))

    def goes_to(self, path: str) -> "Visitor":
        self.page.goto(self.url + path)
        return self

    def signs_in(self, username: str) -> "Visitor":
        self.goes_to("/sign-in")
        self.page.fill("input[name=username]", username)
        self.page.fill("input[name=password]", PASSWORD)
        self.presses("main form [type=submit]")
        return self

    def speaks(self, language: str) -> "Visitor":
        """Press the language's own name in the header."""
        if self.page.get_attribute("html", "lang") != language:
            self.presses(f"header button[lang={language}]")
        return self

    def fills(self, **fields: str) -> "Visitor":
        for name, value in fields.items():
            self.page.fill(f"[name={name}]", value)
        return self

    def ticks(self, name: str, *values: str) -> "Visitor":
        for value in values:
            self.page.check(f"input[name={name}][value='{value}']")
        return self

    def chooses(self, name: str, value: str) -> "Visitor":
        self.page.select_option(f"select[name={name}]", value)
        return self

    def presses(self, selector: str) -> "Visitor":
        self.page.locator(selector).first.click()
        self.page.wait_for_load_state()
        return self

    def follows(self, path_end: str) -> "Visitor":
        """Follow the first link whose address ends so."""
        return self.presses(f"main a[href$='{path_end}']")

    def sees(self, text: str) -> bool:
        return text.casefold() in self.page.inner_text("body").casefold()

    def complaints(self) -> list[Any]:
        """What axe finds wrong with the page. The source is evaluated: the policy lets no script in."""
        self.page.evaluate(AXE)
        violations = self.page.evaluate("async () => (await axe.run()).violations")
        return [(v["id"], [node["html"][:120] for node in v["nodes"]][:3]) for v in violations]


Visit = Callable[..., Visitor]


@pytest.fixture
def visit(browser: Browser, network: Network) -> Iterator[Visit]:
    """Opens a browser of one's own at an organisation's node, or at the coordinator's reports."""
    opened: list[BrowserContext] = []

    def at(org: str, *, language: str = "en", scripts: bool = True, width: int = 1280) -> Visitor:
        context = browser.new_context(
            locale=language, java_script_enabled=scripts, viewport={"width": width, "height": 900}
        )
        opened.append(context)
        return Visitor(context.new_page(), _url(network, org))

    yield at
    for context in opened:
        context.close()


def _url(network: Network, org: str) -> str:
    if org == COORDINATOR:
        return network.plan.reporting_url
    return next(node.url for node in network.plan.nodes if node.org == org)
