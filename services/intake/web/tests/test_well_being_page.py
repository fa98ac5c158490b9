"""Is everything well? What checks found stands there worst first, for administrators, and that they looked is kept."""

import pytest
from flask import Flask

from services.intake.domain import Action
from services.intake.tests.node import CHEAP, Node
from services.intake.web import create_app
from services.intake.web.tests.site import Site, settings
from services.intake.web.tests.test_audit_pages import kept
from services.intake.web.tests.visitors import text, words

FOUND = [
    ("worker", "well", "", ""),
    ("disk", "warning", "900 MB are free <b>", "make room"),
    ("durability", "not applicable", "SQLite is told so by the node itself", ""),
    ("backup", "failed", "the last backup is of 2020-01-01", "throughline backup, every day by a timer"),
]


@pytest.fixture
def found() -> list[tuple[str, str, str, str]]:
    return list(FOUND)


@pytest.fixture
def web(node: Node, found: list[tuple[str, str, str, str]]) -> Flask:
    return create_app(node.database, settings(), hasher=CHEAP, examine=lambda: found)


def test_what_is_worst_stands_first_with_what_to_do(site: Site) -> None:
    page = site.browser("root").get("/node")

    said = words(page)
    assert "Not everything." in said
    assert (
        "The last backup backup not all right the last backup is of 2020-01-01 "
        "What to do: throughline backup, every day by a timer Room on the disk disk needs attention soon"
        in said
    )
    assert said.index("not looked at") < said.index("The worker worker all right")
    assert "&lt;b&gt;" in text(page)


def test_in_another_language_only_what_is_for_the_machine_is_english(site: Site) -> None:
    page = site.browser("root").speaks("ru").get("/node")

    assert "Место на диске disk скоро потребует внимания 900 MB are free" in words(page)
    assert '<code lang="en" dir="ltr">make room</code>' in text(page)


def test_where_all_is_well_it_says_so(site: Site, found: list[tuple[str, str, str, str]]) -> None:
    found[:] = [row for row in found if row[1] in ("well", "not applicable")]

    assert "What was looked at is well." in words(site.browser("root").get("/node"))


def test_that_somebody_looked_is_kept(site: Site) -> None:
    site.browser("root").get("/node")

    assert [entry.action for entry in kept(site.node, username="root")][-1] is Action.CHECKS_READ


@pytest.mark.parametrize("who", ["olena", "ihar"])
def test_nobody_else_finds_it(site: Site, who: str) -> None:
    browser = site.browser(who)

    assert browser.get("/node").status_code == 403
    assert 'href="/node"' not in browser.text("/directory")
