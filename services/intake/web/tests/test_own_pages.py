"""The page of a printed code: what it shows, what it leaves behind, and what it answers to whatever comes."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import event
from structlog.testing import capture_logs
from werkzeug.test import TestResponse

from services.intake.domain import PURPOSES, Case
from services.intake.storage.tables import consents
from services.intake.tests.node import HERE, THERE, WORKER, moved_on
from services.intake.usecases.slips import Made, end_slip, make_slip
from services.intake.web.own_labels import FOR_WHAT, STANDS
from services.intake.web.tests.site import Site
from services.intake.web.tests.test_languages import GIVEN, untranslated
from services.intake.web.tests.visitors import Browser, text, words
from shared.clock import new_id
from shared.schemas.life import Move, State

FORM = re.compile(r'name="form" value="([^"]+)"')
VISIT = re.compile(r'name="visit" value="([^"]+)"')
NAMES = ("Legal Aid", "Harbour House", "harbour-house", "legal-aid", "Throughline", "throughline", "Sample")


class Holder:
    """Somebody with a slip, in a browser that nobody is signed in at."""

    def __init__(self, site: Site, code: str) -> None:
        self.client, self.code, self.visit = site.app.test_client(), code, ""
        self.answers: list[TestResponse] = []

    def looks(self, **headers: str) -> TestResponse:
        return self._came(self.client.get("/look", headers=headers))

    def says(self, **said: Any) -> TestResponse:
        return self._came(self.client.post("/look", data={"visit": self.visit} | said))

    def enters(self, code: str | None = None, **said: Any) -> TestResponse:
        form = FORM.search(text(self.looks()))
        assert form
        answer = self.says(code=code or self.code, form=form[1], **said)
        if found := VISIT.search(text(answer)):
            self.visit = found[1]
        return answer

    def _came(self, answer: TestResponse) -> TestResponse:
        self.answers.append(answer)
        return answer


@pytest.fixture
def case(site: Site) -> Case:
    case = site.node.has_case()[1]
    sent = site.node.sends(case)
    site.node.hears(*moved_on(sent.id, HERE, THERE, Move.DELIVER, Move.ACCEPT))
    return case


def made(site: Site, case: Case, **given: Any) -> Made:
    wished = {"wished": True, "language": "en", "shown": "help", "lasts": "7"}
    return make_slip(site.node.database, case.person_id, wished | given, WORKER)


@pytest.fixture
def holder(site: Site, case: Case) -> Holder:
    return Holder(site, made(site, case).code)


def test_it_shows_where_everything_stands_and_no_name_of_an_organisation(holder: Holder) -> None:
    said = words(holder.enters())

    for shown in (
        "Legal assistance",
        "They said yes.",
        "Given name, Phone",
        "and what help is needed",
        "no end is set",
    ):
        assert shown in said
    assert not [name for name in NAMES for answer in holder.answers if name in text(answer)]
    assert "Needs a lawyer" not in said


def test_it_names_them_where_the_slip_says_so(site: Site, case: Case) -> None:
    assert ", Legal Aid" in words(Holder(site, made(site, case, shown="names").code).enters())


def test_nothing_is_left_behind(holder: Holder, caplog: pytest.LogCaptureFixture) -> None:
    with capture_logs() as logs:
        holder.enters()
        holder.says(whom="everybody", go="ask")
        holder.says(language="be")
        holder.says(go="leave")
        holder.enters("AAAA-AAAA-AAAA-AAAA")

    for answer in holder.answers:
        assert answer.headers.getlist("Set-Cookie") == []
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.location is None
        assert "Content-Disposition" not in answer.headers
        assert holder.code not in text(answer)
    assert holder.client.get("/look.css").headers["Cache-Control"] == "no-store"
    assert holder.code not in caplog.text + repr(logs)
    assert not any(answer.request.query_string for answer in holder.answers)


def test_an_address_with_the_code_in_it_opens_nothing(holder: Holder) -> None:
    answer = holder.client.get("/look", query_string={"code": holder.code, "form": "x"})
    assert "Enter your code" in words(answer)
    assert "They said yes." not in words(answer)


def test_it_goes_from_the_screen_by_itself_and_with_one_press(holder: Holder) -> None:
    assert holder.enters().headers["Refresh"] == "300;url=/look"
    left = holder.says(go="leave")

    assert left.headers["Refresh"] == "0;url=https://www.wikipedia.org/"
    assert "They said yes." not in words(left)
    assert "The page has closed itself" in words(holder.says())


def test_a_page_that_is_loaded_again_opens_nothing(holder: Holder) -> None:
    form = FORM.search(text(holder.looks()))
    assert form
    first, again = (holder.says(code=holder.code, form=form[1]) for _ in range(2))

    assert (first.status_code, again.status_code) == (200, 401)
    assert "This opens nothing." in words(again)


def test_consent_is_taken_back_in_two_steps(site: Site, case: Case, holder: Holder) -> None:
    holder.enters()
    asked = holder.says(whom="everybody", go="ask")
    assert "This cannot be undone on this page." in words(asked)
    assert [row["version"] for row in site.node.rows(consents)] == [1]
    assert "It is taken back." not in words(holder.says(whom="everybody", go="back"))

    done = words(holder.says(whom="everybody", go="withdraw"))

    assert "It is taken back." in done
    assert "It was taken back: 2 March 2026" in done
    assert "Those who got it: asked to erase it, not answered yet." in done
    worker = site.browser()
    assert "Consent taken back with a printed code 1" in words(worker.get("/inbox"))
    page = words(worker.get(f"/people/{case.person_id}"))
    assert "Was it the person's own wish?" in page
    assert "Consent withdrawn with the printed code" in page
    assert "the person, with the printed code" in page
    assert "Consent taken back with a printed code" not in words(worker.get("/inbox"))
    assert "Was it the person's own wish?" not in words(worker.get(f"/people/{case.person_id}"))


def test_it_is_taken_back_of_a_part(site: Site, case: Case, holder: Holder) -> None:
    site.node.has_consent(site.node.people()[0], organisations=[THERE, "clinic"])
    page = text(holder.enters())
    [chosen] = re.findall(r'name="whom" value="([0-9a-f-]{36})"', page)

    assert "Legal assistance (2 March 2026)" in words(holder.says(whom=chosen, go="ask"))
    assert "It is taken back." in words(holder.says(whom=chosen, go="withdraw"))
    assert [row["withdrawn_at"] for row in site.node.rows(consents)] == [None] * 3
    assert "in part with the printed code" in words(site.browser().get(f"/people/{case.person_id}"))


@pytest.mark.parametrize("whom", ["", "nobody", str(new_id()), "legal-aid", "\u202e", "x" * 10_000])
def test_nobody_else_can_be_chosen(site: Site, holder: Holder, whom: str) -> None:
    holder.enters()
    for go in ("ask", "withdraw"):
        assert "Where it stands" in words(holder.says(whom=whom, go=go))
    assert len(site.node.rows(consents)) == 1


def test_a_visit_that_nobody_began_does_nothing(site: Site, holder: Holder) -> None:
    for visit in ("", "x", "0" * 5000, "\u202e"):
        holder.visit = visit
        assert "Enter your code" in words(holder.says(whom="everybody", go="withdraw"))
    assert len(site.node.rows(consents)) == 1


def test_when_the_slip_is_ended_the_page_is_too(site: Site, case: Case, holder: Holder) -> None:
    holder.enters()
    end_slip(site.node.database, case.person_id, WORKER)

    assert "The page has closed itself" in words(holder.says(whom="everybody", go="withdraw"))
    assert len(site.node.rows(consents)) == 1


def test_wrong_codes_are_slowed(holder: Holder) -> None:
    wrong = holder.code[:10] + "AAAA-AAAA"[: len(holder.code) - 10]
    answers = [holder.enters(wrong) for _ in range(5)]

    assert [answer.status_code for answer in answers] == [401] * 4 + [429]
    assert "Try again in" in words(answers[-1])


@pytest.fixture
def statements(site: Site) -> Iterator[list[str]]:
    said: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        said.append(statement)

    event.listen(site.node.database.engine, "before_cursor_execute", note)
    yield said
    event.remove(site.node.database.engine, "before_cursor_execute", note)


def test_whatever_is_wrong_the_answer_is_the_same(site: Site, case: Case, statements: list[str]) -> None:
    over = made(site, case, lasts="7").code
    ended = made(site, case, lasts="90").code
    live = made(site, case, lasts="90").code
    site.node.pass_time(days=8)
    answers = []
    for code in (over, ended, live[:14] + "AAAA", "AAAA-AAAA-AAAA-AAAA", "", "no code at all"):
        holder = Holder(site, code or " ")
        form = FORM.search(text(holder.looks()))
        assert form
        statements.clear()
        answer = holder.says(code=code, form=form[1])
        answers.append((answer.status_code, FORM.sub("", text(answer)), tuple(statements)))

    assert len(set(answers)) == 1


@pytest.mark.parametrize("language", ["ru", "be", "uk"])
def test_it_speaks_four_languages_with_a_switch(site: Site, case: Case, language: str) -> None:
    holder = Holder(site, made(site, case, language=language).code)
    switched = holder.says(language=language)
    pages = [
        holder.looks(accept_language=language),
        switched,
        holder.enters("AAAA", speaks=language),
        holder.enters(),
        holder.says(whom="everybody", go="ask", speaks=language),
        holder.says(whom="everybody", go="withdraw", speaks=language),
    ]

    given = GIVEN - {"Sample", "Person"}
    assert all(f'<html lang="{language}">' in text(page) for page in pages)
    assert [untranslated(words(page)) for page in pages if given] == [[]] * len(pages)
    assert '<html lang="en">' in text(holder.says(language="en"))


@pytest.mark.parametrize("speaks", ["xx", "", "../..", "\u202e"])
def test_a_language_that_is_none_is_the_browsers(holder: Holder, speaks: str) -> None:
    assert '<html lang="en">' in text(holder.says(language=speaks, speaks=speaks))


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"data": {"code": "a\x00b"}}, 400),
        ({"data": {"code": "x", "form": "y"}, "headers": {"Sec-Fetch-Site": "cross-site"}}, 403),
        ({"data": "x" * 2_000_000, "content_type": "application/x-www-form-urlencoded"}, 413),
    ],
)
def test_what_cannot_be_read_is_answered_by_a_page_that_says_as_little(
    holder: Holder, sent: dict[str, Any], status: int
) -> None:
    answer = holder.client.post("/look", **sent)

    assert answer.status_code == status
    assert "This page is closed" in words(answer)
    assert not [name for name in NAMES if name in text(answer)]


def test_every_state_and_purpose_has_words_for_the_person() -> None:
    assert set(STANDS) == set(State)
    assert set(FOR_WHAT) == set(PURPOSES)


def test_a_member_of_staff_at_the_same_browser_changes_nothing(site: Site, holder: Holder) -> None:
    browser: Browser = site.browser()
    answer = browser.client.get("/look")

    assert answer.headers.getlist("Set-Cookie") == []
    assert "Olena" not in text(answer)
