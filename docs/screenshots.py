"""Take the pictures of the documentation anew: ``make screenshots`` brings up a demo, visits it, and ends it."""

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
from shared.clock import now
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
        _picture(
            page,
            f"{demo.plan.reporting_url}/report?table=referrals_by_urgency&period={now().year}",
            "report.en",
        )
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
    _first_case(_signed_in(browser, urls[A], "alena", "en"), urls[A])
    russian = _signed_in(browser, urls[B], "pavel", "ru")
    russian.goto(f"{urls[B]}/inbox")
    russian.click("#waiting a[href^='/referrals/']")
    _picture(russian, russian.url, "referral.ru")
    _picture(_signed_in(browser, urls[A], "harbour-admin", "en"), f"{urls[A]}/node", "node.en")


def _first_case(page: Page, url: str) -> None:
    """The case of docs/tutorial/first-case.md, until the referral is sent."""
    page.goto(f"{url}/people/new")
    _send(page, alias="Lark", age_band="24--26")
    _go_on(page)
    _send(page, given_by="individual", purposes="referral", organisations=B, fields=["alias", "age_band"])
    _go_on(page)
    _send(page)
    _go_on(page)
    _send(page, debt="yes", conclusion="presumed_victim", identified_by="own_organisation")
    _go_on(page)
    _send(page, safety="2", risk="medium")
    page.goto(page.url.removesuffix("/factors"))
    _go_on(page)
    _send(page, service_type="legal_assistance", priority="high", how="referral")
    _take(page, "case.en")
    _go_on(page)
    _send(page, urgency="normal", to_org=B)
    _send(page, fields=["alias", "age_band"], reason="Needs advice on residence.", safe_contact="in_person")
    _take(page, "check.en")
    _send(page)
    _take(page, "sent.en")


def _go_on(page: Page) -> None:
    """Press the button of the next step."""
    page.click(".next-step .btn-primary")
    page.wait_for_load_state()


def _send(page: Page, **answers: str | list[str]) -> None:
    """Answer the questions by their codes, whatever kind of field they are, and press the main button."""
    for name, answer in answers.items():
        for code in [answer] if isinstance(answer, str) else answer:
            _answer(page, name, code)
    page.click("main button.btn-primary")
    page.wait_for_load_state()


def _answer(page: Page, name: str, code: str) -> None:
    if (option := page.locator(f"input[name={name}][value='{code}']")).count():
        option.first.check()
    elif (choice := page.locator(f"select[name={name}]")).count():
        choice.select_option(code)
    else:
        page.fill(f"[name={name}]", code)


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
    _take(page, name)


def _take(page: Page, name: str) -> None:
    page.screenshot(path=IMAGES / f"{name}.png")
    sys.stdout.write(f"docs/images/{name}.png\n")


if __name__ == "__main__":
    main()
