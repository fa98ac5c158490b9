"""An invented directory that fills in all of HSDS 3.0 as its published examples do: each part everywhere, oddly."""

import json
from pathlib import Path

from services.referral.hsds.tests.invented import ORGANISATION, SERVICE, Record, number, table

ADDRESS = "Invented Street"  #: must never be taken
SPAN: Record = {"valid_from": "2005-01-01", "valid_to": "2005-01-01"}
LANGUAGE: Record = {"id": number(1), "name": "Urdu", "code": "ur", "note": "when somebody is there"}
PHONE: Record = {"id": number(2), "number": '"+44 0000 000000"', "extension": 7, "type": "voice"}
SCHEDULE: Record = {
    "id": number(3),
    "timezone": 3,
    "wkst": "TU",
    "freq": "WEEKLY",
    "byday": "TH,FR",
    "count": 3,
    **SPAN,
}
CONTACT: Record = {
    "id": number(4),
    "name": "Invented Person",
    "title": "at the desk",
    "email": "desk@example.com",
}
PROGRAM: Record = {
    "id": number(5),
    "name": "A programme",
    "alternate_name": "another",
    "description": "Invented.",
}
FUNDING: Record = {"id": number(6), "source": "nobody"}
PLACE: Record = {
    "id": number(7),
    "location_type": "physical",
    "name": "A house",
    "latitude": 100,
    "longitude": 101,
}
HOME: Record = {
    "id": number(8),
    "attention": "nobody",
    "address_1": f"1 {ADDRESS}",
    "city": "Nowhere",
    "country": "XX",
}
AREA: Record = {"id": number(9), "name": "all of Nowhere", "extent": "extent", "extent_type": "geojson"}
PAPER: Record = {"id": number(10), "document": "a paper", "uri": "http://example.com"}
COST: Record = {"id": number(11), "option": "one hour", "currency": "gbp", "amount": 35, **SPAN}
CHANGE: Record = {
    "id": number(12),
    "resource_type": "location",
    "field_name": "name",
    "updated_by": "Invented Person",
}
DETAIL: Record = {"id": number(13), "name": "name", "version": "version", "uri": "http://example.com"}
TERM: Record = {
    "id": number(14),
    "code": "code",
    "name": "name",
    "parent_id": number(99),
    "taxonomy_detail": DETAIL,
}
ATTRIBUTE: Record = {
    "id": number(15),
    "link_type": "link_type",
    "link_entity": "link_entity",
    "taxonomy_term": TERM,
}
SPOKEN: Record = PHONE | {"languages": [LANGUAGE]}
ASKED: Record = CONTACT | {"phones": [SPOKEN]}
LOCATION: Record = PLACE | {
    "languages": [LANGUAGE],
    "addresses": [HOME],
    "contacts": [ASKED],
    "accessibility": [{"id": number(16), "description": "a ramp", "url": "http://example.com"}],
    "phones": [SPOKEN],
    "schedules": [SCHEDULE],
}
OFFERED: Record = {"id": number(17), "description": "Invented.", "contacts": [ASKED], "phones": [SPOKEN]}
OUR_ORGANISATION: Record = {
    "id": ORGANISATION,
    "name": "Paper Lantern",
    "description": "Invented; helps nobody.",
    "email": "lantern@example.com",
    "website": "http://example.com",
    "tax_status": "tax_status",
    "year_incorporated": 2011,
    "parent_organization_id": number(99),
}
OUR_SERVICE: Record = {
    "id": SERVICE,
    "name": "Advice desk",
    "alternate_name": "The desk",
    "description": "Invented.",
    "email": "desk@example.com",
    "status": "active",
    "wait_time": "wait_time",
    "fees": "fees_description",
    "minimum_age": 12,
    "maximum_age": 100,
    "assured_date": "2005-01-01",
    "licenses": "licences",
    "last_modified": "2023-03-15T10:30:45.123Z",
}
PARTS: Record = {
    "phones": [SPOKEN],
    "schedules": [SCHEDULE],
    "service_areas": [AREA],
    "languages": [LANGUAGE],
    "funding": [FUNDING],
    "cost_options": [COST],
    "program": PROGRAM,
    "required_documents": [PAPER],
    "contacts": [ASKED],
    "attributes": [ATTRIBUTE],
    "metadata": [CHANGE],
}
WHOLE_ORGANISATION: Record = OUR_ORGANISATION | {
    "funding": [FUNDING],
    "contacts": [ASKED],
    "phones": [SPOKEN],
    "locations": [LOCATION],
    "programs": [PROGRAM],
    "organization_identifiers": [{"id": number(18), "identifier_scheme": "XX-X", "identifier": "1"}],
}
AT_PLACE: Record = OFFERED | {"schedules": [SCHEDULE], "location": LOCATION}
WHOLE_SERVICE: Record = OUR_SERVICE | PARTS | {"service_at_locations": [AT_PLACE]}
JSON_FILES: Record = {
    "organization_full.json": WHOLE_ORGANISATION | {"services": [WHOLE_SERVICE]},
    "service_full.json": WHOLE_SERVICE | {"organization": WHOLE_ORGANISATION},
    "service_at_location_full.json": AT_PLACE
    | {"service": OUR_SERVICE | PARTS | {"organization": WHOLE_ORGANISATION}},
}
OF_SERVICE: Record = {"service_id": SERVICE}
CSV_FILES = {
    "addresses": HOME | {"location_id": PLACE["id"]},
    "contacts": CONTACT | {"organization_id": "", "service_at_location_id": OFFERED["id"]},
    "languages": LANGUAGE | OF_SERVICE | {"location_id": PLACE["id"], "phone_id": PHONE["id"]},
    "locations": PLACE,
    "organizations": OUR_ORGANISATION | {"tax_id": "tax_id"},
    "phones": PHONE | OF_SERVICE,
    "schedules": SCHEDULE | OF_SERVICE,
    "service_areas": AREA | OF_SERVICE,
    "service_at_location": {"id": OFFERED["id"], "location_id": PLACE["id"]} | OF_SERVICE,
    "services": OUR_SERVICE | {"organization_id": ORGANISATION, "program_id": PROGRAM["id"]},
}


def write(folder: Path) -> None:
    """Three files of JSON, each with all of it, and a folder of CSV."""
    for name, content in JSON_FILES.items():
        (folder / name).write_text(json.dumps(content), "utf-8")
    (folder / "csv").mkdir()
    for name, row in CSV_FILES.items():
        (folder / "csv" / f"{name}.csv").write_text(table([row]), "utf-8")
