"""People and their consent."""

from typing import Any
from uuid import UUID

from marshmallow import Schema, fields

from services.intake.domain import (
    GIVEN_BY,
    LEGAL_BASES,
    PURPOSES,
    SHAREABLE_FIELDS,
    Consent,
    Person,
)
from services.intake.usecases import consent as consent_use
from services.intake.usecases import people as use
from services.intake.web.api import said
from services.intake.web.api.part import Part
from services.intake.web.context import actor, database
from shared.schemas.codes import GENDERS, KNOWN_AGE_BANDS
from shared.web.identity import costly

people = Part("People", __name__, description="People and their consent")


class PersonSaid(said.Said):
    """A new person: at least one of alias, given_name and family_name."""

    alias = said.text(200)
    given_name = said.text(200)
    family_name = said.text(200)
    birth_date = said.day()
    age_band = said.code(KNOWN_AGE_BANDS)
    gender = said.code(GENDERS)
    citizenship = said.text(3, metadata={"description": "ISO 3166-1 alpha-3"})
    languages = said.texts(3, metadata={"description": "ISO 639-3"})
    phone = said.text(50)
    address = said.text(500)


class PersonShown(Schema):
    """A person."""

    id = fields.UUID()
    alias = fields.String(allow_none=True)
    given_name = fields.String(allow_none=True)
    family_name = fields.String(allow_none=True)
    birth_date = fields.Date(allow_none=True)
    age_band = fields.String(allow_none=True)
    gender = fields.String(allow_none=True)
    citizenship = fields.String(allow_none=True)
    languages = fields.List(fields.String())
    phone = fields.String(allow_none=True)
    address = fields.String(allow_none=True)
    created_at = fields.AwareDateTime(format="iso")
    missing = fields.String(
        allow_none=True, metadata={"description": "why nothing more is known: erased, or unreadable"}
    )


class PeopleShown(Schema):
    """Those found, newest first, at most 50."""

    items = fields.List(fields.Nested(PersonShown))


class Question(said.Said):
    """Parts of names, an alias or a case's reference."""

    q = said.text(200, load_default="")


class ConsentSaid(said.Said):
    """What the person agrees to."""

    given_by = said.code(GIVEN_BY, required=True)
    legal_basis = said.code(LEGAL_BASES, metadata={"description": "consent where nothing is said"})
    purposes = said.codes(PURPOSES, required=True)
    organisations = said.texts(31)
    fields_ = said.codes(SHAREABLE_FIELDS, data_key="fields", attribute="fields")
    expires_on = said.day()


class ConsentShown(Schema):
    """A version of a person's consent; the newest one counts."""

    id = fields.UUID()
    version = fields.Integer()
    given_by = fields.String()
    legal_basis = fields.String()
    purposes = fields.List(fields.String())
    organisations = fields.List(fields.String())
    fields_ = fields.List(fields.String(), data_key="fields", attribute="fields")
    given_at = fields.AwareDateTime(format="iso")
    expires_on = fields.Date(allow_none=True)
    withdrawn_at = fields.AwareDateTime(format="iso", allow_none=True)


@people.post("/people")
@people.taking(PersonSaid)
@people.answering(201, PersonShown)
def register(given: dict[str, Any]) -> Person:
    """Register a person."""
    return use.register_person(database(), given, actor())


@people.get("/people")
@people.taking(said.Said, location="query")
@people.answering(200, PeopleShown)
def newest(_: dict[str, Any]) -> dict[str, Any]:
    """The newest people."""
    return {"items": use.find_people(database(), "", actor())}


@people.asked("/people/search")
@people.taking(Question)
@people.answering(200, PeopleShown)
@costly
def find(asked: dict[str, Any]) -> dict[str, Any]:
    """Find people."""
    return {"items": use.find_people(database(), asked["q"] or "", actor())}


@people.post("/people/<uuid:person_id>/consents")
@people.taking(ConsentSaid)
@people.answering(201, ConsentShown)
def record_consent(given: dict[str, Any], person_id: UUID) -> Consent:
    """Record consent; it replaces the version before."""
    return consent_use.record_consent(database(), person_id, given, actor())
