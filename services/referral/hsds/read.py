"""The one door of the reader: a path in, an import out."""

import codecs
from pathlib import Path

from services.referral.hsds.assemble import Directory, assemble
from services.referral.hsds.check import SCHEMAS
from services.referral.hsds.csv_package import csv_rows
from services.referral.hsds.json_files import json_rows
from services.referral.hsds.package import Source, sources
from services.referral.hsds.problems import Findings, TooManyError, printable
from services.referral.hsds.records import Import
from services.referral.hsds.rows import Row
from services.referral.hsds.tables import BY_FILE, NOT_TAKEN

PACKAGE_DESCRIPTION = "datapackage.json"


def read(path: Path, *, service_types: frozenset[str]) -> Import:
    """Read HSDS 3.0 from a JSON file, a folder of JSON or CSV files, or a zip of these.

    Bad input never raises; store nothing unless the result is `ok`. `service_types` are the network's codes:
    a service has one only when an attribute's taxonomy term has such a code or name. A file is at most 10 MB,
    and all together are at most 50 MB.
    """
    findings = Findings()
    try:
        organisations, services = _directory(path, service_types, findings)
    except TooManyError:
        organisations, services = (), ()
    return Import(organisations, services, findings.told())


def _directory(path: Path, service_types: frozenset[str], findings: Findings) -> Directory:
    rows = [row for source in sources(path, findings) for row in _rows(source, findings)]
    organisations, services = assemble(rows, service_types=service_types, findings=findings)
    if not organisations and not findings.spoiled:
        findings.fatal(printable(path.name), "There is no organization in this import.")
    return organisations, services


def _rows(source: Source, findings: Findings) -> list[Row]:
    """Read one file, in the way that its name calls for."""
    if source.base == PACKAGE_DESCRIPTION:
        return []
    as_json = source.base.endswith(".json")
    table = BY_FILE.get(source.base.removesuffix(".csv"), "")
    if not (as_json or table):
        findings.note(source.name, None, "HSDS has no file of this name; it is not taken.")
    elif not (as_json or table in SCHEMAS):
        findings.note(source.name, table, NOT_TAKEN)
    elif (text := _text(source, findings)) is not None:
        return (
            json_rows(source.name, text, findings)
            if as_json
            else csv_rows(source.name, table, text, findings)
        )
    return []


def _text(source: Source, findings: Findings) -> str | None:
    """Decode a file, with or without a byte order mark."""
    try:
        text = source.content.removeprefix(codecs.BOM_UTF8).decode("utf-8")
    except UnicodeDecodeError as error:
        findings.fatal(source.name, f"This is not valid UTF-8 (byte {error.start}); save it as UTF-8.")
        return None
    if "\0" in text:
        findings.fatal(source.name, "The file holds a NUL character.")
        return None
    return text
