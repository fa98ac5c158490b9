"""Referrals as FHIR R4 bundles, out and in."""

from typing import Any
from uuid import UUID

from marshmallow import INCLUDE, Schema, fields

from services.intake.interchange.exporting import export_referral
from services.intake.interchange.importing import Imported, import_bundle
from services.intake.web.api import said
from services.intake.web.api.part import Part
from services.intake.web.context import actor, database

fhir = Part("FHIR", __name__, description="Referrals as FHIR R4 bundles")


class BundleSaid(said.Said):
    """A FHIR R4 Bundle of type collection; refused are its paths, if it is none."""

    class Meta:
        """The bundle's own reader checks what stands in it."""

        unknown = INCLUDE


class BundleShown(Schema):
    """A FHIR R4 Bundle of type collection: ServiceRequest, Task, Consent and Patient."""

    resourceType = fields.String()  # noqa: N815 - FHIR's own name
    type = fields.String()
    timestamp = fields.String()
    entry = fields.List(fields.Dict())


class ProblemShown(Schema):
    """What was not understood: the path of the element, and why. Never what it says."""

    path = fields.String()
    reason = fields.String()


class ImportedShown(Schema):
    """What became of a bundle."""

    outcome = fields.String(
        metadata={"enum": ["registered", "moved", "unchanged", "known", "set_aside"]},
    )
    import_id = fields.UUID(allow_none=True)
    person_id = fields.UUID(allow_none=True)
    case_id = fields.UUID(allow_none=True)
    referral_id = fields.UUID(allow_none=True)
    problems = fields.List(fields.Nested(ProblemShown))
    passed_over = fields.List(fields.String())


@fhir.get("/referrals/<uuid:referral_id>/fhir")
@fhir.answering(200, BundleShown)
def export(referral_id: UUID) -> dict[str, Any]:
    """One referral, with exactly what was disclosed."""
    return export_referral(database(), referral_id, actor())


@fhir.post("/referrals/fhir")
@fhir.taking(BundleSaid)
@fhir.answering(200, ImportedShown)
def take(given: dict[str, Any]) -> Imported:
    """Take a referral in: a new case, or one move of a referral that is here; else a person looks at it."""
    return import_bundle(database(), given, actor())
