"""A case worker makes a printed code: the form, the slip, and its end."""

import re

import pytest

from services.intake.domain import Case, Person
from services.intake.storage.slip_tables import slips
from services.intake.web.tests.site import Site
from services.intake.web.tests.visitors import Browser, text, words

WISHED = {"wished": "y", "language": "uk", "shown": "help", "lasts": "7"}
TELLING = (
    "Throughline",
    "Harbour House",
    "Sample",
    "traffick",
    "торг",
    "referral",
    "перенаправ",
    "case",
    "справ",
)


@pytest.fixture
def case(site: Site) -> Case:
    return site.node.has_case()[1]


@pytest.fixture
def address(case: Case) -> str:
    return f"/people/{case.person_id}/code"


def test_the_slip_is_shown_once_in_its_language_and_says_nothing_of_what_it_is(
    site: Site, worker: Browser, address: str
) -> None:
    assert "Printed code" in words(worker.get(address.removesuffix("/code")))
    printed = worker.send(address, **WISHED)

    said = text(printed)
    assert '<html lang="uk">' in said
    assert re.search(r"[2-9A-Z]{4}(-[2-9A-Z]{4}){3}", said)
    assert "http://127.0.0.1:8000/look" in said
    assert "9 березня 2026" in said
    assert not [word for word in TELLING if word.casefold() in words(printed).casefold()]
    assert printed.headers["Cache-Control"] == "no-store"
    assert "There is a code. It opens the page until:" in words(worker.get(address))


def test_without_the_wish_none_is_made(site: Site, worker: Browser, address: str) -> None:
    refused = worker.send(address, language="en")

    assert refused.status_code == 422
    assert "A code is made only for somebody who wishes it." in words(refused)
    assert site.node.rows(slips) == []


def test_nothing_is_chosen_beforehand_but_the_most_careful(worker: Browser, address: str) -> None:
    page = text(worker.get(address))
    chosen = re.findall(r'<input[^>]*\bchecked\b[^>]*value="(\w+)"', page)

    assert sorted(chosen) == ["7", "help"]


def test_it_is_ended(site: Site, worker: Browser, address: str) -> None:
    worker.send(address, **WISHED)
    worker.send(f"{address}/end")

    assert [row["code_index"] for row in site.node.rows(slips)] == [None]
    assert "There is a code." not in words(worker.get(address))


def test_why_not_is_said_in_words(site: Site, worker: Browser) -> None:
    child: Person = site.node.registers(birth_date="2012-01-01")
    address = f"/people/{child.id}/code"
    assert "Record it first." in words(worker.send(address, **WISHED))
    site.node.has_consent(child)
    assert "Note first who looks after the child." in words(worker.send(address, **WISHED))


def test_the_address_on_it_can_be_one_that_says_nothing(site: Site) -> None:
    from services.intake.tests.node import CHEAP
    from services.intake.web import create_app
    from services.intake.web.tests.site import settings

    person = site.node.has_case()[0]
    app = create_app(site.node.database, settings(slip_address="look.example"), hasher=CHEAP)
    worker = Browser(app.test_client()).signs_in("olena")
    printed = text(worker.send(f"/people/{person.id}/code", **WISHED))

    assert "look.example" in printed
    assert "127.0.0.1" not in printed
