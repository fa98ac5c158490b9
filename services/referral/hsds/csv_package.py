"""Reads one table of the HSDS tabular package, a CSV file with a header line, into rows."""

import csv
import io
import re
from collections.abc import Iterator
from itertools import islice

from services.referral.hsds.problems import Findings, Problem, printable
from services.referral.hsds.rows import Row
from services.referral.hsds.tables import TABLES

MAX_ROWS = 100_000


def csv_rows(file: str, table: str, text: str, findings: Findings) -> list[Row]:
    """All rows of one table; a row's number is the one a spreadsheet shows, the header being row 1."""
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = next(lines, [])
        if not _usable(header, file, findings):
            return []
        _tell_unknown(header, file, table, findings)
        rows = list(_rows(header, islice(lines, MAX_ROWS), file=file, table=table, findings=findings))
        if next(lines, None) is not None:
            findings.fatal(file, f"The file has over {MAX_ROWS} rows.")
            return []
    except csv.Error:
        findings.fatal(file, f"This is not valid CSV (line {lines.line_num}).")
        return []
    _tell_doubles(rows, findings)
    return rows


def _usable(header: list[str], file: str, findings: Findings) -> bool:
    if not any(header):
        findings.fatal(file, "The file has no header line.")
    elif len(header) == 1 and re.search("[;\t|]", header[0]):
        findings.fatal(file, "The columns must be separated by commas.")
    elif len(set(header)) < len(header):
        findings.fatal(file, "The header names a column twice.")
    else:
        return True
    return False


def _tell_unknown(header: list[str], file: str, table: str, findings: Findings) -> None:
    for column in header:
        if column not in TABLES[table].fields:
            reason = "HSDS has no such column here; it is not taken."
            findings.add(Problem(file, table, printable(column), reason, fatal=False))


def _rows(
    header: list[str], lines: Iterator[list[str]], *, file: str, table: str, findings: Findings
) -> Iterator[Row]:
    for number, cells in enumerate(lines, start=2):
        row = Row(file, table, f"row {number}", dict(zip(header, cells, strict=False)))
        if len(cells) == len(header) and any(cells):
            yield row
        elif any(cells):
            findings.add(row.fault(None, f"The row has {len(cells)} cells, the header {len(header)}."))


def _tell_doubles(rows: list[Row], findings: Findings) -> None:
    seen: set[str] = set()
    for row in rows:
        if row.id in seen:
            findings.add(row.fault("id", f"The id is given a second time in {row.position}."))
        seen.update({row.id} if row.id else ())
