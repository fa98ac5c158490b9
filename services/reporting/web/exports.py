"""A report as a file: CSV, CSV with the hashtags of HXL, XLSX, and PDF that a screen reader can read."""

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from services.reporting.storage.ledger import Release
from services.reporting.usecases.report import Report
from services.reporting.web import rows
from services.reporting.web.pdf import pdf_of

CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Form:
    """One kind of file: how its name ends, its media type, and how it is written."""

    ending: str
    mimetype: str
    write: Callable[[Report], bytes]

    def name(self, report: Report) -> str:
        """What the file is called: table, period and the codes it was cut down to."""
        return "-".join((report.table.name, str(report.period), *report.filters.given.values())) + self.ending


def csv_of(report: Report) -> bytes:
    """The whole report, codes as published."""
    return _csv((*rows.about(report), (), rows.header(report), *rows.values(report)))


def hxl_of(report: Report) -> bytes:
    """The same with the columns of CTDC where it has them, and the hashtags of HXL."""
    return _csv((*rows.about(report), (), *rows.hxl_header(report), *rows.values(report)))


def xlsx_of(report: Report) -> bytes:
    """The same as a workbook of one sheet; no text in it is a formula or a link."""
    import xlsxwriter  # noqa: PLC0415 - for who asks for it only

    written = io.BytesIO()
    plain = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(written, plain) as workbook:
        sheet = workbook.add_worksheet(report.table.name[:31])
        bold = workbook.add_format({"bold": True})
        head = [*rows.about(report), ()]
        whole = (*head, rows.header(report), *rows.values(report))
        for number, row in enumerate(rows.without_formulas(whole)):
            sheet.write_row(number, 0, row, bold if number == len(head) else None)
        sheet.freeze_panes(len(head) + 1, 0)
        sheet.set_column(0, len(report.table.dimensions) + 1, 28)
    return written.getvalue()


def release_csv(release: Release) -> bytes:
    """All tables of a release in one, each figure with its error."""
    return _csv((*rows.about_release(release), (), *rows.release_values(release)))


def name_of_release(release: Release) -> str:
    """What its file is called."""
    return f"release-{release.charge.proposal}-{release.charge.period}.csv"


FORMS: Mapping[str, Form] = {
    "csv": Form(".csv", CSV, csv_of),
    "hxl": Form(".hxl.csv", CSV, hxl_of),
    "xlsx": Form(".xlsx", XLSX, xlsx_of),
    "pdf": Form(".pdf", "application/pdf", pdf_of),
}


def _csv(whole: Iterable[rows.Row]) -> bytes:
    written = io.StringIO()
    csv.writer(written).writerows(rows.without_formulas(whole))
    return written.getvalue().encode()
