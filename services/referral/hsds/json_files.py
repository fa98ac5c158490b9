"""Reads HSDS JSON: an organization, a service or a service_at_location, or an array of these, into rows."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from services.referral.hsds.problems import Findings, Problem, printable
from services.referral.hsds.rows import Row
from services.referral.hsds.tables import HOLDS, NOT_TAKEN, REFERS, TABLES, TOP_LEVEL

MAX_DEPTH = 32
MAX_VALUES = 400_000
TOO_MANY = f"The file holds over {MAX_VALUES} values."
TOO_DEEP = "Records are nested too deeply."
NOT_A_NUMBER = "NaN and Infinity are not JSON."
NO_SUCH_FIELD = "HSDS has no such field here; it is not taken."
Fields = dict[str, object]


class RefusedError(ValueError):
    """The text is JSON in form, but no two readers would agree on what it says."""


def json_rows(file: str, text: str, findings: Findings) -> list[Row]:
    """All rows of one JSON file, outer records first, nested ones tied to their holder by id."""
    try:
        top = _parse(text)
    except json.JSONDecodeError as error:
        findings.fatal(file, f"This is not valid JSON (line {error.lineno}, column {error.colno}).")
    except RefusedError as error:
        findings.fatal(file, str(error))
    except ValueError:
        findings.fatal(file, "A number has too many digits.")
    else:
        return _Flattening(file, findings).all_of(top)
    return []


def _parse(text: str) -> object:
    try:
        top = json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant)
    except RecursionError:
        raise RefusedError(TOO_DEEP) from None
    _measure(top)
    return top


def _once(pairs: list[tuple[str, object]]) -> Fields:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        name = Counter(name for name, _ in pairs).most_common(1)[0][0]
        reason = f"The field '{printable(name)}' is given twice in one record."
        raise RefusedError(reason)
    return fields


def _no_constant(_: str) -> object:
    raise RefusedError(NOT_A_NUMBER)


def _measure(top: object) -> None:
    """Refuse more than a real directory can have, level by level and so without recursion."""
    level, values = [top], 0
    for _ in range(MAX_DEPTH):
        level = [inner for outer in level for inner in _inside(outer)]
        values += len(level)
        if values > MAX_VALUES:
            raise RefusedError(TOO_MANY)
    if level:
        raise RefusedError(TOO_DEEP)


def _inside(value: object) -> list[object]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _kind(record: Fields) -> str | None:
    """Find the table whose fields the record has most of, if such records may stand at the top of a file."""
    others = (name for name in TABLES if name not in TOP_LEVEL)
    overlap = {name: len(record.keys() & TABLES[name].known) for name in (*TOP_LEVEL, *others)}
    likeliest = max(overlap, key=overlap.__getitem__)
    return likeliest if likeliest in TOP_LEVEL and overlap[likeliest] else None


class _Flattening:
    """Takes the records of one file apart into rows."""

    def __init__(self, file: str, findings: Findings) -> None:
        self._file = file
        self._findings = findings
        self._counts: Counter[str] = Counter()

    def all_of(self, top: object) -> list[Row]:
        records = top if isinstance(top, list) else [top]
        return [row for number, record in enumerate(records, 1) for row in self._top(number, record)]

    def _top(self, number: int, record: object) -> Iterator[Row]:
        kind = _kind(record) if isinstance(record, dict) else None
        if kind:
            yield from self._record(kind, record, {})
        else:
            reason = "This is not an organization, a service or a service_at_location."
            self._findings.add(Problem(self._file, f"record number {number}", None, reason, fatal=True))

    def _record(self, table: str, record: object, link: Fields) -> Iterator[Row]:
        self._counts[table] += 1
        fields = record if isinstance(record, dict) else {}
        bare = Row(self._file, table, f"number {self._counts[table]}", fields)
        if fields is not record:
            self._findings.add(bare.fault(None, "This must be an object with fields."))
            return
        self._tell_unknown(bare)
        row = self._linked(self._linked(bare, link), self._references(bare))
        yield row
        yield from self._nested(row)

    def _references(self, row: Row) -> Fields:
        """Take the ids of the objects that stand in this one in place of a reference."""
        inner = {field: row.fields.get(name) for name, (_, field) in REFERS.get(row.table, {}).items()}
        return {field: value.get("id") for field, value in inner.items() if isinstance(value, dict)}

    def _linked(self, row: Row, links: Fields) -> Row:
        """Give the row the ids of the records around it, which must not contradict its own."""
        given = {field: value for field, value in links.items() if value is not None}
        for field, value in given.items():
            if not row.lacks(field) and str(row.fields[field]).lower() != str(value).lower():
                self._findings.add(row.fault(field, "This names another record than the one it stands with."))
        return replace(row, fields={**row.fields, **given})

    def _nested(self, row: Row) -> Iterator[Row]:
        for name, (table, _) in REFERS.get(row.table, {}).items():
            if not row.lacks(name):
                yield from self._record(table, row.fields[name], {})
        for name, (table, field) in HOLDS.get(row.table, {}).items():
            for item in self._items(row, name):
                yield from self._record(table, item, {field: row.fields.get("id")})

    def _items(self, row: Row, name: str) -> list[object]:
        items = row.fields.get(name)
        if items is None or isinstance(items, list):
            return items or []
        self._findings.add(row.fault(name, "This must be a list of records."))
        return []

    def _tell_unknown(self, row: Row) -> None:
        taken = HOLDS.get(row.table, {}).keys() | REFERS.get(row.table, {}).keys()
        for field, value in row.fields.items():
            if field not in TABLES[row.table].known:
                self._findings.add(row.note(printable(field), NO_SUCH_FIELD))
            elif value and field in TABLES[row.table].nested - taken:
                self._findings.note(self._file, field, NOT_TAKEN)
