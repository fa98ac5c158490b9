"""The first page, the filters of the others, and what they say to somebody who asks for what is not there."""

import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from services.reporting.usecases.overview import Headline, headline_of, overview
from services.reporting.web import words
from shared.schemas.life import Move
from shared.web.languages import LANGUAGES, speaking

VICTIM = "identified_victim"
LARGE = {(VICTIM, "Woman", "9--11"): 20, (VICTIM, "Woman", "21--23"): 30}


def told(world: Any, counts: Any, cells: dict[Any, int]) -> Headline | None:
    world.hear(counts(cells, "persons_identified"), sender="harbour")
    return headline_of(world.report("persons_identified", "2026"))


def test_the_headline_is_the_number_of_victims_and_the_share_of_children(world: Any, counts: Any) -> None:
    assert told(world, counts, LARGE) == Headline("2026", 50, 40, about=False)


def test_a_total_that_is_rounded_makes_the_headline_about(world: Any, counts: Any) -> None:
    many = {(VICTIM, gender, band): 20 for gender in ("Woman", "Man") for band in ("9--11", "0--8", "21--23")}
    found = told(world, counts, many | {(VICTIM, "Man", "27--29"): 2})
    assert found is not None
    assert found.about
    assert found.persons == 120


def test_what_is_withheld_is_in_no_headline(world: Any, counts: Any) -> None:
    found = told(world, counts, {**LARGE, (VICTIM, "Woman", "9--11"): 2})
    assert found is not None
    assert found.children_percent is None


def test_without_a_victim_there_is_no_headline(world: Any, counts: Any) -> None:
    assert told(world, counts, {("vulnerable_migrant", "Man", "unknown"): 9}) is None
    assert overview(world.database).headline is None


def test_at_the_beginning_of_a_year_the_last_one_is_told(world: Any, counts: Any) -> None:
    told(world, counts, LARGE)
    world.at = world.at.replace(year=2027)
    found = overview(world.database).headline
    assert found is not None
    assert found.year == "2026"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("number", [1, 2, 50])
def test_the_headline_is_a_sentence_in_every_language(app: Any, language: str, number: int) -> None:
    with speaking(app, language):
        said = [
            words.headline(Headline("2026", persons, percent, about=True))
            for persons, percent in ((number, 40), (number, None), (None, None))
        ]
    assert len(set(said)) == 3
    assert all("2026" in one and one.endswith(".") for one in said)
    assert f"≈ {number}" in said[0]
    assert "40 %" in said[0]


def test_the_first_page_says_how_soon_this_quarters_referrals_were_answered(world: Any, moves: Any) -> None:
    world.hear(*moves(Move.SEND, Move.DELIVER, Move.ACKNOWLEDGE, Move.ACCEPT))
    measures = overview(world.database).measures
    assert measures["median_hours_to_acknowledgement"].shown == 2
    assert measures["decided_in_time_percent"].shown == 100


def test_the_first_page_has_both_parts(pages: Any) -> None:
    page = pages("/")
    assert "Referrals of this quarter, 2026-Q1" in page
    assert "The year in one sentence" in page


def test_filters_are_in_the_address_and_above_the_table(pages: Any) -> None:
    page = pages("/report?table=referrals&period=2026&urgency=normal&service_type=legal_assistance")
    assert "Urgency: <strong>normal</strong>" in page
    assert "Service: <strong>Legal assistance</strong>" in page
    assert '<option value="normal" selected>' in page
    for form in ("csv", "hxl", "xlsx", "pdf"):
        assert (
            f"/tables/referrals.{form}?period=2026&amp;service_type=legal_assistance&amp;urgency=normal"
            in page
        )


def test_a_table_about_people_has_no_filters_and_says_why(pages: Any) -> None:
    page = pages("/report?table=needs&period=2026-Q1&urgency=normal")
    assert "to cut it smaller would undo what protects them" in page
    assert 'name="urgency"' not in page
    assert "Urgency:" not in page


@pytest.mark.parametrize(
    ("path", "status", "advice"),
    [
        ("/report?urgency=<b>", 400, "There is no such filter."),
        ("/report?service_type=secrets", 400, "There is no such filter."),
        ("/report?region=BY-BR", 400, "Too few organisations are at home in this region"),
        ("/report?table=secrets", 404, "There is no such table."),
        ("/report?period=now", 422, "A period is written 2026-Q4 or 2026."),
        ("/tables/needs.csv?period=2026&urgency=normal", 400, "This table cannot be filtered that way"),
        ("/tables/needs.exe?period=2026", 404, "Check the address"),
    ],
)
def test_what_is_not_there_is_said_with_what_to_do(
    pages: Any, client: FlaskClient, path: str, status: int, advice: str
) -> None:
    pages("/")
    answer = client.get(path)
    assert answer.status_code == status
    assert advice in answer.text
    assert "<b>" not in answer.text


@pytest.mark.parametrize("name", ["referrals", "response_times", "referral_matrix", "coverage"])
@pytest.mark.parametrize("form", ["csv", "hxl", "xlsx", "pdf"])
def test_every_file_is_offered_and_given(pages: Any, client: FlaskClient, name: str, form: str) -> None:
    [address] = re.findall(rf'"(/tables/{name}\.{form}[^"]*)"', pages(f"/report?table={name}&period=2026"))
    answer = client.get(address.replace("&amp;", "&"))
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith(f'attachment; filename="{name}-2026')


def test_the_api_filters_and_says_so(api: Any) -> None:
    answer = api("/api/v1/tables/referrals?period=2026-Q1&urgency=urgent").json
    assert answer["filters"] == {"urgency": "urgent"}
    assert answer["cells"] == []
    refused = api("/api/v1/tables/needs?period=2026-Q1&urgency=urgent")
    assert (refused.status_code, refused.json["code"]) == (400, "filter_not_here")
    assert api("/api/v1/tables/needs?period=2026-Q1&format=pdf").mimetype == "application/pdf"
