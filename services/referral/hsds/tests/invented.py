"""Invented organisations and services, and how a test hands them to the reader."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from uuid import UUID

from services.referral.hsds import Import, Problem, read

SERVICE_TYPES = frozenset({"legal_assistance", "shelter", "food", "other"})
ORGANISATION = "11111111-1111-4111-8111-111111111111"
SERVICE = "22222222-2222-4222-8222-222222222222"
ELSEWHERE = "99999999-9999-4999-8999-999999999999"
Record = dict[str, object]
Tables = Mapping[str, Sequence[Mapping[str, object]]]


def number(count: int) -> str:
    """Make an id that no other invented record has."""
    return str(UUID(int=count))


def organization(**changes: object) -> Record:
    """Invent an organization without its services."""
    known = {"id": ORGANISATION, "name": "Paper Lantern", "description": "Invented; helps nobody."}
    return {**known, **changes}


def service(**changes: object) -> Record:
    """Invent a service with the organization that offers it."""
    known = {"id": SERVICE, "name": "Advice desk", "status": "active", "organization": organization()}
    return {**known, **changes}


def term(code: str, count: int = 1) -> Record:
    """Invent an attribute that classifies a service by `code`."""
    return {"id": number(count), "taxonomy_term": {"id": number(count + 500), "code": code, "name": "A name"}}


def read_json(folder: Path, content: object) -> Import:
    """Read `content` from one JSON file."""
    path = folder / "directory.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    return read(path, service_types=SERVICE_TYPES)


def read_bytes(folder: Path, name: str, content: bytes) -> Import:
    """Read one file of exactly these bytes."""
    path = folder / name
    path.write_bytes(content)
    return read(path, service_types=SERVICE_TYPES)


def table(rows: Sequence[Mapping[str, object]]) -> str:
    """Write rows as CSV under the columns of the first."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def tables(**changes: Sequence[Mapping[str, object]]) -> dict[str, Sequence[Mapping[str, object]]]:
    """Invent a whole tabular package: one organization with one service, and what `changes` adds."""
    offered = {"id": SERVICE, "organization_id": ORGANISATION, "name": "Advice desk", "status": "active"}
    return {"organizations": [organization()], "services": [offered], **changes}


def read_tables(folder: Path, package: Tables, ending: str = ".csv") -> Import:
    """Read a folder that holds one CSV file per table."""
    inner = folder / "package"
    inner.mkdir(exist_ok=True)
    for name, rows in package.items():
        (inner / f"{name}{ending}").write_text(table(rows), encoding="utf-8")
    return read(inner, service_types=SERVICE_TYPES)


def fatal(result: Import) -> list[Problem]:
    """Pick the problems that forbid the import."""
    return [problem for problem in result.problems if problem.fatal]
