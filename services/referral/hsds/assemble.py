"""Puts checked rows together: copies become one, references are followed, services get what is theirs."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from services.referral.hsds.check import Checked, check
from services.referral.hsds.problems import Findings
from services.referral.hsds.records import Capacity, Organisation, Service
from services.referral.hsds.rows import Row
from services.referral.hsds.tables import BY_FILE

REFERENCES = {
    "service": {"organization_id": "organization"},
    "service_at_location": {"service_id": "service"},
    "service_area": {"service_id": "service"},
    "language": {"service_id": "service"},
    "required_document": {"service_id": "service"},
    "service_capacity": {"service_id": "service", "unit_id": "unit"},
    "attribute": {"link_id": "service", "taxonomy_term_id": "taxonomy_term"},
}
SHARED = ("service_area", "language", "required_document")
Data = Mapping[str, Any]
Holder = tuple[str, UUID]
Directory = tuple[tuple[Organisation, ...], tuple[Service, ...]]


def assemble(rows: list[Row], *, service_types: frozenset[str], findings: Findings) -> Directory:
    """All sound records of the directory, in the order of the files."""
    ids = {(row.table, row.id) for row in rows}
    ours = [row for row in rows if _concerns_us(row, ids, findings)]
    checked = [found for row in ours if (found := check(row, findings))]
    sound = [found for found in _merged(checked, findings) if _refers(found, ids, findings)]
    organisations = tuple(_organisation(found.data) for found in sound if found.row.table == "organization")
    belongings = _Belongings(sound, service_types, findings)
    return organisations, tuple(belongings.service(found) for found in sound if found.row.table == "service")


def _concerns_us(row: Row, ids: set[tuple[str, str | None]], findings: Findings) -> bool:
    """Whether the row is of a service: areas, languages and attributes can be of other things."""
    if row.table == "attribute":
        return _of_service(row, ids)
    if row.table not in SHARED or not row.lacks("service_id"):
        return True
    if row.table != "language":
        findings.add(row.note("service_id", "This names no service, so it is not taken."))
    return False


def _of_service(row: Row, ids: set[tuple[str, str | None]]) -> bool:
    entity = BY_FILE.get(str(row.fields.get("link_entity")))
    return entity == "service" or ("service", str(row.fields.get("link_id")).lower()) in ids


def _merged(checked: Iterable[Checked], findings: Findings) -> list[Checked]:
    """One record for all its copies: HSDS JSON repeats an organization in each of its services."""
    found: dict[object, Checked] = {}
    for copy in checked:
        key = (copy.row.table, copy.data["id"], copy.data.get("service_id"), copy.data.get("link_id"))
        first = found.get(key, copy)
        _tell_differences(first, copy, findings)
        found[key] = Checked(first.row, {**first.data, **copy.data})
    return list(found.values())


def _tell_differences(first: Checked, copy: Checked, findings: Findings) -> None:
    for field in sorted(first.data.keys() & copy.data.keys()):
        if first.data[field] != copy.data[field]:
            findings.add(copy.row.fault(field, "The record is given twice, and the copies differ here."))


def _refers(found: Checked, ids: set[tuple[str, str | None]], findings: Findings) -> bool:
    dangling = [
        (field, table)
        for field, table in REFERENCES.get(found.row.table, {}).items()
        if field in found.data and (table, str(found.data[field])) not in ids
    ]
    for field, table in dangling:
        findings.add(found.row.fault(field, f"This names a {table} that is not in the import."))
    return not dangling


def _organisation(data: Data) -> Organisation:
    return Organisation(data["id"], data["name"], data["description"], data.get("website"), data.get("email"))


class _Belongings:
    """What the import says about each service beyond its own row."""

    def __init__(self, sound: list[Checked], service_types: frozenset[str], findings: Findings) -> None:
        self._service_types = service_types
        self._findings = findings
        self._one: dict[Holder, Data] = {(found.row.table, found.data["id"]): found.data for found in sound}
        self._of: dict[Holder, list[Checked]] = defaultdict(list)
        for found in sound:
            holder = found.data.get("service_id") or found.data.get("link_id")
            if holder:
                self._of[found.row.table, holder].append(found)

    def service(self, found: Checked) -> Service:
        data = dict(found.data)
        return Service(
            organisation_id=data.pop("organization_id"),
            service_type=self._service_type(found),
            areas=self._texts("service_area", data["id"], "name"),
            languages=self._texts("language", data["id"], "code"),
            required_documents=self._texts("required_document", data["id"], "document"),
            capacities=tuple(self._capacities(data["id"])),
            **data,
        )

    def _texts(self, table: str, service_id: UUID, field: str) -> tuple[str, ...]:
        """One field of all that the service has in a table, each text once."""
        texts: dict[str, None] = {}
        for found in self._of[table, service_id]:
            if field in found.data:
                texts[found.data[field]] = None
            else:
                self._findings.add(found.row.note(field, "The field is missing, so the record is not taken."))
        return tuple(texts)

    def _capacities(self, service_id: UUID) -> Iterable[Capacity]:
        for found in self._of["service_capacity", service_id]:
            unit = self._one.get(("unit", found.data["unit_id"]))
            fields = {name: value for name, value in found.data.items() if not name.endswith("id")}
            if unit:
                yield Capacity(unit=unit["name"], **fields)

    def _service_type(self, found: Checked) -> str | None:
        """Take the one type that the file names by its code, and never guess one from a description."""
        named = self._terms(found.data["id"]) & self._service_types
        if len(named) == 1:
            return next(iter(named))
        which = "more than one" if named else "none"
        reason = f"unclassified: the attributes name {which} of the network's service types."
        self._findings.add(found.row.note("service_type", reason))
        return None

    def _terms(self, service_id: UUID) -> set[str]:
        attributes = (found.data for found in self._of["attribute", service_id])
        ids = {data["taxonomy_term_id"] for data in attributes if "taxonomy_term_id" in data}
        terms = [self._one.get(("taxonomy_term", id_), {}) for id_ in ids]
        texts = (term.get(field) for term in terms for field in ("code", "name"))
        return {text for text in texts if isinstance(text, str)}
