"""A code on paper in a browser: a worker prints it, the person looks without account or script, and takes it back."""

import re
from uuid import uuid4

import pytest

from tests.e2e.conftest import Visit, Visitor
from tests.e2e.test_journey import A, B, open_case_with_need, record_consent, refer, register, until

NAMES = ("Throughline", "Harbour", "harbour-house", "legal-aid")


@pytest.fixture
def worker(visit: Visit) -> Visitor:
    """On the page of a person of whom something was sent."""
    worker = visit(A).signs_in("alena").speaks("en")
    register(worker, f"Test {uuid4().hex[:8]}", "Mirela")
    person = worker.page.url
    record_consent(worker, B)
    open_case_with_need(worker)
    refer(worker, B)
    until(worker, "delivered", "the worker sees that it is delivered")
    worker.page.goto(person)
    return worker


def _prints(worker: Visitor, language: str) -> str:
    worker.follows("/code")
    assert worker.complaints() == []
    worker.page.check("input[name=wished]")
    worker.ticks("language", language).presses("main form.questions [type=submit]")
    assert worker.complaints() == []
    assert not [name for name in NAMES if name in worker.page.inner_text(".slip") + worker.page.title()]
    found = re.search(r"[2-9A-Z]{4}(-[2-9A-Z]{4}){3}", worker.page.inner_text(".code"))
    assert found
    return found[0]


def _enters(holder: Visitor, code: str) -> Visitor:
    return holder.goes_to("/look").fills(code=code.lower().replace("-", " ")).presses("main button")


@pytest.mark.parametrize(
    ("language", "width", "said"),
    [
        ("en", 1280, ("They have it.", "This cannot be undone", "It is taken back.")),
        ("ru", 390, ("Они ещё не ответили.", "нельзя вернуть", "Отозвано.")),
        ("be", 390, ("Яны яшчэ не адказалі.", "нельга вярнуць", "Адклікана.")),
        ("uk", 1280, ("Це в них.", "не можна повернути", "Відкликано.")),
    ],
)
def test_a_person_looks_and_takes_it_back(
    visit: Visit, worker: Visitor, language: str, width: int, said: tuple[str, ...]
) -> None:
    code = _prints(worker, language)
    holder = visit(A, scripts=False, width=width, language=language)

    holder.goes_to("/look")
    _enters(holder, code)
    assert holder.sees(said[0])
    holder.page.check("input[value=everybody]")
    holder.presses("button[value=ask]")
    assert holder.sees(said[1])
    holder.presses("button[value=withdraw]")
    assert holder.sees(said[2])
    holder.presses("button[lang=en]")
    assert holder.sees("It was taken back:")

    assert not [name for name in NAMES if name in holder.page.content()]
    assert {address.split("?")[0].split("/", 3)[3] for address in holder.asked} == {
        "look",
        "look.css",
        "shared/dot.svg",
    }
    assert holder.page.context.cookies() == []
    assert holder.page.evaluate("document.documentElement.scrollWidth") <= width
    worker.goes_to("/inbox")
    assert worker.sees("Consent taken back with a printed code")
    assert worker.complaints() == []


def test_nothing_is_wrong_with_any_of_its_pages(visit: Visit, worker: Visitor) -> None:
    code = _prints(worker, "uk")
    holder = visit(A)

    wrong = []
    _enters(holder, "AAAA AAAA AAAA AAAA")
    wrong += holder.complaints()
    holder.goes_to("/look")
    wrong += holder.complaints()
    _enters(holder, code)
    wrong += holder.complaints()
    holder.page.check("input[value=everybody]")
    holder.presses("button[value=ask]")
    wrong += holder.complaints()
    holder.presses("button[value=withdraw]")
    wrong += holder.complaints()
    assert wrong == []


def test_leaving_goes_elsewhere_and_going_back_opens_nothing(visit: Visit, worker: Visitor) -> None:
    code = _prints(worker, "en")
    holder = visit(A)
    holder.page.route("https://www.wikipedia.org/", lambda route: route.fulfill(body="Elsewhere."))
    _enters(holder, code)
    assert holder.sees("They have it.")

    holder.page.click("button[value=leave]")
    holder.page.wait_for_url("https://www.wikipedia.org/")

    for _ in range(3):
        holder.page.go_back()
        assert not holder.sees("They have it.")
