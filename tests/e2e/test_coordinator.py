"""A coordinator in a browser: looks around, filters, takes files away and reads them elsewhere."""

import csv
import io
import re
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from deploy.demo.organisations import COORDINATOR
from shared.clock import now
from shared.schemas.workbook import TABLES
from tests.e2e.conftest import Visit, Visitor
from tests.e2e.test_pages import look

YEAR = str(now().year)
RUSSIAN = "Перенаправления по услугам"


@pytest.mark.parametrize("scripts", [True, False])
def test_filters_are_chosen_kept_and_taken_along(visit: Visit, scripts: bool) -> None:  # noqa: FBT001
    vera = visit(COORDINATOR, scripts=scripts).signs_in(COORDINATOR)
    assert vera.sees("Where referrals stand now")
    assert vera.sees("victims of trafficking identified and assisted")
    vera.presses("nav a[href='/report']").chooses("period", YEAR).presses("main form [type=submit]")
    everything = _total(vera)
    vera.chooses("urgency", "urgent").chooses("region", "BY-HM").presses("main form [type=submit]")

    assert "urgency=urgent" in vera.page.url
    assert vera.sees("Urgency: urgent")
    assert 0 < _total(vera) < everything
    for form in ("csv", "xlsx", "pdf"):
        assert f"{_total(vera)}" in _figures(form, _taken(vera, form))
        assert "urgent" in _text(form, _taken(vera, form))


def test_what_is_taken_along_speaks_the_readers_language(visit: Visit) -> None:
    vera = visit(COORDINATOR, language="ru").signs_in(COORDINATOR).speaks("ru")
    vera.goes_to(f"/report?table=referrals&period={YEAR}")
    document = PdfReader(io.BytesIO(_taken(vera, "pdf")))
    root: Any = document.trailer["/Root"]
    assert root["/Lang"] == "ru"
    assert RUSSIAN in document.pages[0].extract_text()


def test_a_table_about_people_cannot_be_cut(visit: Visit) -> None:
    vera = visit(COORDINATOR).signs_in(COORDINATOR).goes_to("/report?urgency=urgent")
    vera.chooses("table", "persons_identified").presses("main form [type=submit]")
    assert vera.sees("It has no filters")
    assert vera.page.locator("select").count() == 2
    about = dict(row for row in csv.reader(io.StringIO(_taken(vera, "csv").decode())) if len(row) == 2)
    assert about["filters"] == "none"


def test_the_map_says_the_same_as_its_table(visit: Visit) -> None:
    vera = visit(COORDINATOR).signs_in(COORDINATOR).goes_to(f"/report?table=coverage&period={YEAR}")
    told = vera.page.get_attribute("figure [role=img]", "aria-label")
    assert told
    for region, gaps in zip(_row(vera, "thead"), _row(vera, "tr.total"), strict=True):
        assert f"{region}: {gaps}" in told or region == "Total"


@pytest.mark.parametrize(("language", "width"), [("en", 390), ("ru", 1280), ("be", 390), ("uk", 390)])
def test_every_page_can_be_read_by_everybody(visit: Visit, language: str, width: int) -> None:
    vera = visit(COORDINATOR, language=language, width=width)
    look(vera.goes_to("/sign-in"))
    vera.signs_in(COORDINATOR).speaks(language)
    look(vera.goes_to("/account"))
    look(vera.goes_to("/"))
    for table in TABLES:
        look(vera.goes_to(f"/report?table={table}&period={YEAR}"))
        assert vera.page.locator("figure svg:has(text)").count() == vera.page.locator("main table").count()
    look(vera.goes_to("/report?urgency=secrets"))
    assert not [address for address in vera.asked if not address.startswith(vera.url)]


def test_on_paper_there_are_only_figures(visit: Visit) -> None:
    vera = visit(COORDINATOR).signs_in(COORDINATOR).goes_to("/report")
    vera.page.emulate_media(media="print")
    assert vera.page.is_visible("main table")
    assert not vera.page.is_visible("main form")
    assert not vera.page.is_visible("main .buttons")


def _total(visitor: Visitor) -> int:
    return int(_row(visitor, "tr.total")[-1])


def _row(visitor: Visitor, which: str) -> list[str]:
    cells = visitor.page.locator(f"main table {which}").first.locator(".number")
    return [text.strip() for text in cells.all_inner_texts()]


def _taken(visitor: Visitor, form: str) -> bytes:
    with visitor.page.expect_download() as coming:
        visitor.page.click(f"main a[href*='.{form}?']")
    return Path(coming.value.path()).read_bytes()


def _text(form: str, taken: bytes) -> str:
    if form == "pdf":
        return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(taken)).pages)
    if form == "csv":
        return taken.decode()
    sheet = load_workbook(io.BytesIO(taken)).active
    assert sheet is not None
    return "\n".join(" ".join(map(str, row)) for row in sheet.iter_rows(values_only=True))


def _figures(form: str, taken: bytes) -> set[str]:
    return set(re.findall(r"\d+", _text(form, taken)))
