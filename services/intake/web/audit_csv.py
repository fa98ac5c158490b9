"""The audit as CSV, one entry a line, codes and ids as they are kept."""

import csv
import io
from collections.abc import Iterable, Iterator

from services.intake.domain import Entry
from shared.web.csv_cells import harmless

COLUMNS = ("number", "at", "username", "action", "via", "person_id", "case_id", "referral_id", "member")


def csv_of(entries: Iterable[Entry]) -> Iterator[str]:
    """Line by line, so that a long audit need not stand in memory. An entry without a number waits for its place."""
    yield _line(COLUMNS)
    for entry in entries:
        shown = vars(entry) | {"at": entry.at.isoformat()}
        yield _line("" if shown[name] is None else shown[name] for name in COLUMNS)


def _line(cells: Iterable[object]) -> str:
    written = io.StringIO()
    csv.writer(written).writerow([harmless(cell if isinstance(cell, int) else str(cell)) for cell in cells])
    return written.getvalue()
