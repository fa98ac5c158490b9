"""The directory: who offers what."""

from typing import Any

from marshmallow import Schema, fields

from services.intake.usecases.directory import search_directory
from services.intake.web.api import said
from services.intake.web.api.part import Part
from services.intake.web.context import database, for_the_directory
from shared.schemas.codes import KNOWN_AGE_BANDS, SERVICE_TYPES

directory = Part("Directory", __name__, description="Who offers what")
directory.before_request(for_the_directory)


class Wanted(said.Said):
    """For whom help is looked for: no person, only what matters for the choice."""

    service_type = said.code(SERVICE_TYPES)
    area = said.text(100)
    language = said.text(3, metadata={"description": "ISO 639-3"})
    age_band = said.code(KNOWN_AGE_BANDS)


class OfferShown(Schema):
    """A service of an organisation, in the words of HSDS; empty lists and null mean: not restricted."""

    org = fields.String()
    org_name = fields.String()
    service_id = fields.UUID()
    name = fields.String()
    service_type = fields.String()
    status = fields.String()
    areas = fields.List(fields.String())
    languages = fields.List(fields.String())
    minimum_age = fields.Integer(allow_none=True)
    maximum_age = fields.Integer(allow_none=True)
    genders = fields.List(fields.String())
    assured_date = fields.Date(allow_none=True)
    eligibility_description = fields.String(allow_none=True)
    required_documents = fields.List(fields.String())
    contact = fields.String(allow_none=True)
    address = fields.String(allow_none=True)


class OffersShown(Schema):
    """What fits, open services first."""

    items = fields.List(fields.Nested(OfferShown))


@directory.get("/directory")
@directory.taking(Wanted, location="query")
@directory.answering(200, OffersShown)
def search(wanted: dict[str, Any]) -> dict[str, Any]:
    """Who offers what."""
    return {"items": search_directory(database(), **wanted)}
