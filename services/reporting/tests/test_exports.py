"""What coordinators take away with them, read back by what others would read it with."""

import csv
import io
from typing import Any

import pytest
from flask import Flask, render_template
from openpyxl import load_workbook
from pypdf import PdfReader

from services.reporting.domain.filters import Filters
from services.reporting.domain.periods import Period
from services.reporting.usecases import report as reports
from services.reporting.usecases.report import Report, Value
from services.reporting.web import pdf
from services.reporting.web.exports import FORMS
from services.reporting.web.sections import sections_of
from shared.schemas.life import Move
from shared.schemas.workbook import TABLES, Table
from shared.web.languages import LANGUAGES, speaking

FORMULAS = ("=1+1", "+x", "-x", "@x", "\tx", "\rx")
NEEDS = {("food", "met"): 2, ("food", "open"): 30, ("cash", "met"): 8, ("cash", "open"): 9}


@pytest.fixture
def needs(world: Any, counts: Any) -> Report:
    world.hear(counts(NEEDS), sender="harbour")
    report: Report = world.report("needs")
    return report


@pytest.fixture
def urgent(world: Any, moves: Any) -> Report:
    """Cut down to urgent referrals, of which there are two."""
    world.hear(*moves(Move.SEND), *moves(Move.SEND, urgency="urgent"), *moves(Move.SEND, urgency="urgent"))
    return reports.table(world.database, "referrals", "2026", Filters(urgency="urgent"))


def written(report: Report, form: str) -> bytes:
    return FORMS[form].write(report)


def rows_of(report: Report, form: str) -> list[list[Any]]:
    if form == "xlsx":
        sheet = load_workbook(io.BytesIO(written(report, form))).active
        assert sheet is not None
        return [[cell for cell in row if cell is not None] for row in sheet.iter_rows(values_only=True)]
    return list(csv.reader(io.StringIO(written(report, form).decode(), newline="")))


@pytest.mark.parametrize("form", ["csv", "hxl", "xlsx"])
def test_a_file_says_what_was_left_out_of_it_and_how_people_were_protected(
    needs: Report, urgent: Report, form: str
) -> None:
    assert rows_of(urgent, form)[:4] == [
        ["table", "referrals"],
        ["period", "2026"],
        ["filters", "urgency=urgent"],
        ["protection", "none: not about people"],
    ]
    assert ["legal_assistance", "sent", *([2, "false"] if form == "xlsx" else ["2", "false"])] in rows_of(
        urgent, form
    )
    about = dict(row for row in rows_of(needs, form) if len(row) == 2)
    assert about["filters"] == "none"
    assert about["protection"].startswith("counts of 1 to 4 and what would reveal them: 4 withheld")
    assert about["made_at"] == "2026-03-02T09:00:00+00:00"


def test_a_workbook_holds_numbers_and_leaves_out_what_is_withheld(needs: Report) -> None:
    rows = rows_of(needs, "xlsx")
    assert ["total", "total", 50, "true"] in rows
    assert ["food", "met", "", "true"] in rows or ["food", "met", "true"] in rows


def test_hashtags_stand_below_the_columns_as_ctdc_has_them(world: Any, counts: Any) -> None:
    world.hear(counts({("identified_victim", "Woman", "9--11"): 12}, "persons_identified"), sender="harbour")
    rows = rows_of(world.report("persons_identified"), "hxl")
    at = rows.index(["conclusion", "gender", "ageBroad", "value", "protected"])
    assert rows[at + 1] == [
        "#affected+type",
        "#affected+gender",
        "#affected+age",
        "#affected+value+num",
        "#meta+protected",
    ]
    assert rows[at + 2] == ["identified_victim", "Woman", "9--17", "12", "false"]


@pytest.mark.parametrize("form", ["csv", "hxl", "xlsx"])
@pytest.mark.parametrize("formula", FORMULAS)
def test_no_text_is_a_formula(urgent: Report, form: str, formula: str) -> None:
    strange = Report(
        urgent.table, urgent.period, ((formula,), ("sent",)), {(formula, "sent"): Value(1)}, {}, urgent.at
    )
    for row in rows_of(strange, form):
        assert not [cell for cell in row if isinstance(cell, str) and cell.startswith(FORMULAS)]
        assert not [cell for cell in row if isinstance(cell, str) and cell[:1] in "=+-@\t\r"]


def test_no_cell_of_a_workbook_is_computed(urgent: Report) -> None:
    strange = Report(
        urgent.table, urgent.period, (("=1",), ("http://x",)), {("=1", "http://x"): Value(1)}, {}, urgent.at
    )
    sheet = load_workbook(io.BytesIO(written(strange, "xlsx"))).active
    assert sheet is not None
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f" or cell.hyperlink]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_document_speaks_the_readers_language_and_is_tagged(
    app: Flask, needs: Report, language: str
) -> None:
    with speaking(app, language):
        document = PdfReader(io.BytesIO(written(needs, "pdf")))
    root: Any = document.trailer["/Root"]
    assert root["/Lang"] == language
    assert root["/MarkInfo"]["/Marked"]
    assert 'pdfuaid:part="1"' in root["/Metadata"].get_data().decode()
    said = "".join(page.extract_text() for page in document.pages)
    expected = {"en": "Needs by service, 2026-Q1", "ru": "Потребности", "be": "Патрэбы", "uk": "Потреби"}
    assert expected[language] in said
    tags = list(_tags(root["/StructTreeRoot"]))
    assert {"/H1", "/Table", "/TH", "/TD", "/Figure"} <= {tag["/S"] for tag in tags if "/S" in tag}
    assert all(":" in figure["/Alt"] for figure in tags if figure.get("/S") == "/Figure")


def _tags(node: Any) -> Any:
    node = node.get_object()
    if isinstance(node, list):
        for child in node:
            yield from _tags(child)
    elif isinstance(node, dict):
        yield node
        if "/K" in node:
            yield from _tags(node["/K"])


def test_a_document_says_what_protection_did(app: Flask, needs: Report) -> None:
    with speaking(app, "en"):
        said = PdfReader(io.BytesIO(written(needs, "pdf"))).pages[0].extract_text()
    assert "4 counts are withheld" in said
    assert "Made: 2 Mar 2026" in said
    assert "withheld" in said


def test_a_document_loads_nothing(
    app: Flask, needs: Report, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    """Not even were an address to come into the page."""
    outside = '<img src="http://127.0.0.1:9/x.png" alt="x"><img src="file:///etc/hostname" alt="y"></html>'
    monkeypatch.setattr(
        "services.reporting.web.pdf.render_template",
        lambda *a, **b: render_template(*a, **b).replace("</html>", outside),
    )
    with speaking(app, "en"), caplog.at_level("ERROR", logger="weasyprint"):
        written(needs, "pdf")
    assert [record.args[0] for record in caplog.records] == [
        "http://127.0.0.1:9/x.png",
        "file:///etc/hostname",
    ]
    assert all("protocol" in str(record.args[1]).casefold() for record in caplog.records)


def test_a_table_too_large_for_a_document_is_refused_before_it_is_begun(app: Flask, needs: Report) -> None:
    large = Report(
        needs.table,
        needs.period,
        needs.codes,
        {("food", str(n)): Value(1) for n in range(5_001)},
        {},
        needs.at,
    )
    with speaking(app, "en"), pytest.raises(pdf.TooLargeForPdf):
        written(large, "pdf")
    assert len(rows_of(large, "csv")) > 5_001


def test_without_pango_a_document_is_refused_and_the_rest_goes_on(
    app: Flask, needs: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lacking(_name: str) -> None:
        raise OSError("cannot load library 'libpango-1.0-0'")

    monkeypatch.setattr("services.reporting.web.pdf.import_module", lacking)
    with speaking(app, "en"), pytest.raises(pdf.NoPdfHere):
        written(needs, "pdf")
    assert written(needs, "xlsx")


@pytest.mark.parametrize("name", TABLES)
def test_a_file_is_named_by_what_it_holds(world: Any, name: str) -> None:
    assert FORMS["xlsx"].name(world.report(name)) == f"{name}-2026-Q1.xlsx"


def test_filters_stand_in_the_name(urgent: Report) -> None:
    assert FORMS["hxl"].name(urgent) == "referrals-2026-urgent.hxl.csv"


def test_a_drawing_is_no_other_after_a_document_was_written(app: Flask, needs: Report) -> None:
    """Both use the same library for XML."""
    with speaking(app, "en"):
        written(needs, "pdf")
        table = Table("strange", "things", ("service_type", "state"), about_people=False)
        fresh = Report(
            table, Period(2026), (("cash",), ("sent",)), {("cash", "sent"): Value(123)}, {}, needs.at
        )
        assert all(section.chart.svg.startswith("<svg ") for section in sections_of(fresh))
