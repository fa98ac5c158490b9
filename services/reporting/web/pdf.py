"""A report as PDF/UA, in the reader's language: the page's own tables and charts, tagged for screen readers."""

import base64
from importlib import import_module
from pathlib import Path
from threading import Lock
from typing import Any

from flask import render_template

from services.reporting.usecases.report import Report
from services.reporting.web import words
from services.reporting.web.sections import sections_of

MOST_VALUES = 5_000  #: in one document: more would keep the process busy for minutes
STYLE = Path(__file__).parent / "pdf.css"
_one_at_a_time = Lock()  #: each takes tens of megabytes


class NoPdfHere(Exception):
    """The machine lacks what a document is set with: Pango."""

    code = "no_pdf_here"


class TooLargeForPdf(Exception):
    """There are more values than a document may have; CSV and XLSX have them all."""

    code = "too_large_for_pdf"


def pdf_of(report: Report) -> bytes:
    """The document; raises TooLargeForPdf, NoPdfHere. Needs an application's context, whose language it speaks."""
    if len(report.cells) + len(report.totals) > MOST_VALUES:
        raise TooLargeForPdf
    weasyprint = _weasyprint()
    page = render_template(
        "report_pdf.html", report=report, sections=sections_of(report), words=words, as_image=_as_image
    )
    with _one_at_a_time:
        nothing_from_elsewhere = weasyprint.URLFetcher(allowed_protocols=["data"])
        document = weasyprint.HTML(string=page, url_fetcher=nothing_from_elsewhere)
        style = weasyprint.CSS(string=STYLE.read_text("utf-8"))
        return bytes(document.write_pdf(pdf_variant="pdf/ua-1", stylesheets=[style]))


def _weasyprint() -> Any:
    try:
        return import_module("weasyprint")  # 50 MB, for who asks for it only
    except OSError:
        raise NoPdfHere from None


def _as_image(svg: str) -> str:
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"
