"""Exact tables about people say, wherever they are read, that they are not to be published."""

import csv
import io
from html import unescape
from typing import Any

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from services.reporting.web.exports import FORMS
from shared.web.languages import LANGUAGES, speaking

SAID = {
    "en": "For internal use under the network's information-sharing protocol: not for publication.",
    "ru": "Для внутреннего пользования",
    "be": "Для ўнутранага карыстання",
    "uk": "Для внутрішнього користування",
}


def said_in(written: bytes, form: str) -> str:
    """Everything that a reader of the file sees, in one line."""
    if form == "pdf":
        pages = PdfReader(io.BytesIO(written)).pages
        return " ".join(" ".join(page.extract_text() for page in pages).split())
    if form == "xlsx":
        sheet: Any = load_workbook(io.BytesIO(written)).active
        return " ".join(str(cell) for row in sheet.iter_rows(values_only=True) for cell in row)
    return " ".join(cell for row in csv.reader(io.StringIO(written.decode())) for cell in row)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_says_so_above_the_table(pages: Any, language: str) -> None:
    said = SAID[language]
    page = unescape(pages("/report?table=needs&period=2026-Q1", language))
    assert 0 < page.find(said) < page.find("<table")
    for name in ("referrals", "activities"):
        assert said not in unescape(pages(f"/report?table={name}&period=2026-Q1", language))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_file_says_so(app: Any, world: Any, counts: Any, form: str, language: str) -> None:
    world.hear(counts({("food", "met"): 30}), sender="harbour")
    with speaking(app, language):
        about_people, about_referrals = (
            FORMS[form].write(world.report(name)) for name in ("needs", "referrals")
        )
    assert SAID[language] in said_in(about_people, form)
    assert SAID[language] not in said_in(about_referrals, form)


def test_the_api_says_so(api: Any) -> None:
    assert api("/api/v1/tables/needs?period=2026").json["use"].startswith(SAID["en"])
    assert api("/api/v1/tables/referrals?period=2026").json["use"] is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_releases_say_that_they_may_be_published(pages: Any, language: str) -> None:
    may = {"en": "may be published", "ru": "обнародовать", "be": "абнародаваць", "uk": "оприлюднювати"}
    assert may[language] in pages("/releases", language)
