"""Take the pictures of the README anew: ``make screenshots`` brings up a demo, visits it, and ends it."""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from deploy.demo.broker import start_broker
from deploy.demo.organisations import COORDINATOR, PASSWORD
from deploy.demo.plan import make_plan
from deploy.demo.up import Demo, bring_up
from shared.programs import need_program

IMAGES = Path(__file__).parent / "images"
SIZE = {"width": 1180, "height": 860}
A, B = "harbour-house", "legal-aid-centre"


def main() -> None:
    """Write every picture; prints their names."""
    IMAGES.mkdir(exist_ok=True)
    with _demo() as demo, sync_playwright() as playwright:
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        chromium = need_program("chromium", package="chromium")
        browser = playwright.chromium.launch(executable_path=chromium, args=arguments)
        urls = {node.org: node.url for node in demo.plan.nodes}
        _node_pictures(browser, urls)
        page = _signed_in(browser, demo.plan.reporting_url, COORDINATOR, "en")
        _picture(page, f"{demo.plan.reporting_url}/?table=referrals_by_urgency", "report.en")
        browser.close()


@contextmanager
def _demo() -> Iterator[Demo]:
    folder = Path(tempfile.mkdtemp(prefix="throughline-pictures-"))
    plan = make_plan(folder)
    orgs = [node.org for node in plan.nodes]
    demo = bring_up(plan, lambda: start_broker("embedded", folder, orgs, plan.password), tell=lambda _: None)
    try:
        yield demo
    finally:
        demo.stop()
        shutil.rmtree(folder)


def _node_pictures(browser: Browser, urls: dict[str, str]) -> None:
    english = _signed_in(browser, urls[A], "viktor", "en")
    _picture(english, f"{urls[A]}/inbox", "inbox.en")
    english.goto(f"{urls[A]}/people")
    english.click("main a[href^='/people/']:not([href$='/new'])")
    _picture(english, english.url, "person.en")
    russian = _signed_in(browser, urls[B], "pavel", "ru")
    russian.goto(f"{urls[B]}/inbox")
    russian.click("main a[href^='/referrals/']")
    _picture(russian, russian.url, "referral.ru")


def _signed_in(browser: Browser, url: str, username: str, language: str) -> Page:
    page = browser.new_context(locale=language, viewport=SIZE).new_page()
    page.goto(f"{url}/sign-in")
    page.fill("input[name=username]", username)
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_load_state()
    if page.get_attribute("html", "lang") != language:
        page.click(f"header button[lang={language}]")
        page.wait_for_load_state()
    return page


def _picture(page: Page, address: str, name: str) -> None:
    page.goto(address)
    page.screenshot(path=IMAGES / f"{name}.png")
    sys.stdout.write(f"docs/images/{name}.png\n")


if __name__ == "__main__":
    main()
