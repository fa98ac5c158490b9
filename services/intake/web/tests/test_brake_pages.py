"""At a node a search counts for several, by pages and API together, and the audit says who was stopped."""

import pytest
from flask import Flask

from services.intake.domain.audit import Action
from services.intake.domain.staff import Via
from services.intake.tests.node import CHEAP, Node
from services.intake.web.application import create_app
from services.intake.web.tests.site import Site, settings
from services.intake.web.tests.test_audit_pages import kept

TWICE_FIVE = 10


@pytest.fixture
def site(node: Node) -> Site:
    """Where nobody is answered more than ten times a minute."""
    app = create_app(node.database, settings(requests_a_minute=TWICE_FIVE), hasher=CHEAP)
    return Site(node, app)


def test_two_searches_are_ten_requests(site: Site) -> None:
    program = site.partner()
    assert [program.post("/people/search", {"q": "x"}).status_code for _ in range(3)] == [200, 200, 429]
    assert program.get("/people").status_code == 429


def test_pages_and_programs_of_one_person_are_counted_together(site: Site) -> None:
    program, page = site.partner("olena"), site.browser("olena")
    for _ in range(2):
        program.post("/people/search", {"q": "x"})
    assert page.get("/inbox").status_code == 429
    assert site.browser("ihar").get("/inbox").status_code == 200


def test_the_audit_says_who_was_stopped_and_where(site: Site) -> None:
    program, page = site.partner("olena"), site.browser("ihar")
    for _ in range(4):
        program.post("/people/search", {"q": "x"})
        page.get("/people")
    stopped = [entry for entry in kept(site.node) if entry.action is Action.BRAKED]
    assert {(entry.username, entry.via) for entry in stopped} == {("olena", Via.API), ("ihar", Via.PAGE)}
    assert len(stopped) == 2


def test_so_does_what_else_takes_long(web: Flask) -> None:
    rules = web.url_map.iter_rules()
    long = {rule.rule for rule in rules if hasattr(web.view_functions[rule.endpoint], "is_costly")}
    assert long == {"/people", "/api/v1/people/search", "/audit.csv"}
