"""The reporting API: the declared tables, as JSON and as files."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask import Flask, Response
from marshmallow import Schema, fields, validate

from services.reporting.domain.filters import Filters
from services.reporting.domain.protection import Codes
from services.reporting.usecases import report as reports
from services.reporting.usecases.report import Report, Value
from services.reporting.web.exports import FORMS, XLSX
from services.reporting.web.rows import protection_note
from services.reporting.web.words import INTERNAL
from shared.database import Database
from shared.schemas.workbook import TABLES
from shared.web import Described, make_api
from shared.web.identity import costly

_NUMBER = {"type": "number"}  #: counts stay whole, measures have a decimal
_FILE = {"schema": {"type": "string", "format": "binary"}}
FILES = {
    "text/csv": {"schema": {"type": "string"}},
    XLSX: _FILE,
    "application/pdf": _FILE,
}  #: a table's other forms


class TableSchema(Schema):
    """A declared table."""

    name = fields.String(required=True)
    counts = fields.String(required=True, metadata={"description": "what is counted"})
    dimensions = fields.List(fields.String(), required=True)
    about_people = fields.Boolean(required=True, metadata={"description": "whether its counts are protected"})


class TablesSchema(Schema):
    """All declared tables, and the periods that there is anything for."""

    tables = fields.List(fields.Nested(TableSchema), required=True)
    periods = fields.List(fields.String(), required=True)


class ValueSchema(Schema):
    """A value; null and protected when it is withheld, protected when it is a rounded total."""

    codes = fields.List(
        fields.String(), required=True, metadata={"description": "in the order of dimensions"}
    )
    value = fields.Raw(required=True, allow_none=True, metadata=_NUMBER)
    protected = fields.Boolean(required=True)


class ProtectionSchema(Schema):
    """What was done to protect people."""

    note = fields.String(required=True)
    withheld = fields.Integer(required=True)
    rounded = fields.Integer(required=True)


class ReportSchema(Schema):
    """A table for a period."""

    table = fields.String(required=True)
    period = fields.String(required=True)
    filters = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    counts = fields.String(required=True)
    dimensions = fields.List(fields.String(), required=True)
    cells = fields.List(fields.Nested(ValueSchema), required=True)
    totals = fields.List(fields.Nested(ValueSchema), required=True)
    total = fields.Raw(allow_none=True, metadata=_NUMBER)
    protection = fields.Nested(ProtectionSchema, required=True)
    use = fields.String(allow_none=True, metadata={"description": "what an exact table about people is for"})
    organisations = fields.Integer(allow_none=True, metadata={"description": "how many sent counts"})
    made_at = fields.DateTime(required=True)


class WantedSchema(Schema):
    """Which period, which of its referrals, and in which form."""

    period = fields.String(
        required=True, metadata={"description": "2026-Q4, or 2026 for its quarters together"}
    )
    region = fields.String(
        metadata={"description": "ISO 3166-2, where the organisation that was asked is at home"}
    )
    service_type = fields.String()
    urgency = fields.String()
    format = fields.String(load_default="json", validate=validate.OneOf(("json", *FORMS)))


def install(app: Flask, database: Database) -> None:
    """Add the API to the application."""
    pages = Described("api", __name__, url_prefix="/api/v1", description="Declared tables")

    def list_tables() -> dict[str, Any]:
        """The declared tables."""
        periods = [str(period) for period in reports.periods(database)]
        return {"tables": [vars(table) for table in TABLES.values()], "periods": periods}

    def show_table(wanted: dict[str, str], name: str) -> dict[str, Any] | Response:
        """One table for one period."""
        form, period = wanted.pop("format"), wanted.pop("period")
        report = reports.table(database, name, period, Filters(**wanted))
        return file_answer(report, form) if form in FORMS else _as_dict(report)

    pages.add_url_rule("/tables", view_func=pages.response(200, TablesSchema)(list_tables))
    told = pages.doc(responses={200: {"content": FILES}})(pages.response(200, ReportSchema)(show_table))
    pages.add_url_rule(
        "/tables/<name>", view_func=costly(pages.arguments(WantedSchema, location="query")(told))
    )
    make_api(app, title="Throughline reporting").register_blueprint(pages)


def file_answer(report: Report, form: str) -> Response:
    """The report as a file to keep, in one of FORMS."""
    wanted = FORMS[form]
    return download(wanted.write(report), wanted.name(report), wanted.mimetype)


def download(written: bytes, name: str, mimetype: str) -> Response:
    """A file to keep, under that name."""
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(written, headers=disposition, mimetype=mimetype)


def _as_dict(report: Report) -> dict[str, Any]:
    return {
        "table": report.table.name,
        "period": str(report.period),
        "filters": report.filters.given,
        "counts": report.table.counts,
        "dimensions": report.table.dimensions,
        "cells": _values(report.cells),
        "totals": _values(report.totals),
        "total": report.total.shown if report.total else None,
        "protection": {
            "note": protection_note(report),
            "withheld": report.withheld,
            "rounded": report.rounded,
        },
        "use": str(INTERNAL) if report.table.about_people else None,
        "organisations": report.contributors,
        "made_at": report.at,
    }


def _values(values: Mapping[Codes, Value]) -> Iterable[dict[str, Any]]:
    return [
        {"codes": codes, "value": value.shown, "protected": value.protected}
        for codes, value in values.items()
    ]
