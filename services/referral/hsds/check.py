"""Judges one row by itself: the fields that the directory takes, and what HSDS asks of each."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, validate, validates_schema
from marshmallow.fields import Raw

from services.referral.hsds.fields import Id, Language, Moment, Text, Whole
from services.referral.hsds.problems import Findings
from services.referral.hsds.rows import Row

MAX_AGE = 150
MAX_COUNT = 1_000_000
AGES_CROSSED = "The minimum age is above the maximum age."


@dataclass(frozen=True)
class Checked:
    """A row and its fields in their Python types."""

    row: Row
    data: Mapping[str, Any]


WEB_ADDRESS = validate.URL(
    schemes={"http", "https"}, require_tld=False, error="This is not an address beginning with http or https."
)
MAIL_ADDRESS = validate.Email(error="This is not an e-mail address.")
STATUS = validate.OneOf(
    ("active", "inactive", "defunct", "temporarily closed"), error="This must be one of: {choices}."
)


class OrganizationSchema(Schema):
    """Required as in HSDS."""

    id = Id(required=True)
    name = Text(required=True)
    description = Text(required=True)
    website = Text(validate=WEB_ADDRESS)
    email = Text(validate=MAIL_ADDRESS)


class ServiceSchema(Schema):
    """Required as in HSDS; both ages are included in the range."""

    id = Id(required=True)
    organization_id = Id(required=True)
    name = Text(required=True)
    status = Text(required=True, validate=STATUS)
    description = Text()
    minimum_age = Whole(MAX_AGE)
    maximum_age = Whole(MAX_AGE)
    eligibility_description = Text()
    interpretation_services = Text()
    wait_time = Text()

    @validates_schema
    def _ages_in_order(self, data: Mapping[str, Any], **_: object) -> None:
        if data.get("minimum_age", 0) > data.get("maximum_age", MAX_AGE):
            raise ValidationError(AGES_CROSSED, "minimum_age")


class CapacitySchema(Schema):
    """Required as in HSDS 3.1."""

    id = Id(required=True)
    service_id = Id(required=True)
    unit_id = Id(required=True)
    available = Whole(MAX_COUNT, required=True)
    maximum = Whole(MAX_COUNT)
    description = Text()
    updated = Moment(required=True)


OWN_ID = {"id": Id(required=True)}
OF_SERVICE = OWN_ID | {"service_id": Id(required=True)}
SCHEMAS: Mapping[str, Schema] = {
    "organization": OrganizationSchema(),
    "service": ServiceSchema(),
    "service_capacity": CapacitySchema(),
    "service_at_location": Schema.from_dict(dict(OF_SERVICE))(),
    "service_area": Schema.from_dict(OF_SERVICE | {"name": Text()})(),
    "language": Schema.from_dict(OF_SERVICE | {"code": Language()})(),
    "required_document": Schema.from_dict(OF_SERVICE | {"document": Text()})(),
    "attribute": Schema.from_dict(
        OWN_ID | {"link_id": Id(required=True), "taxonomy_term_id": Id(), "link_entity": Raw()}
    )(),
    "taxonomy_term": Schema.from_dict(OWN_ID | {"code": Raw(), "name": Raw()})(),
    "unit": Schema.from_dict(OWN_ID | {"name": Text(required=True)})(),
}
"""One schema per table that is taken."""


def check(row: Row, findings: Findings) -> Checked | None:
    """Read the fields of a row; None when one of them is wrong, and each wrong one is a fatal problem."""
    given = {field: value for field, value in row.fields.items() if not row.lacks(field)}
    try:
        return Checked(row, SCHEMAS[row.table].load(given, unknown=EXCLUDE))
    except ValidationError as error:
        for field, reasons in error.messages_dict.items():
            for reason in reasons:
                findings.add(row.fault(field, reason))
    return None
