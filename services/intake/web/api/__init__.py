"""The JSON API, as a partner's own system speaks it: described in OpenAPI 3.1, refusing with problem+json."""

from flask import Flask

from services.intake.web.api.cases import cases
from services.intake.web.api.casework import casework
from services.intake.web.api.conferences import conferences
from services.intake.web.api.directory import directory
from services.intake.web.api.fhir import fhir
from services.intake.web.api.people import people
from services.intake.web.api.questions import questions
from services.intake.web.api.referrals import referrals
from services.intake.web.api.sharing import sharing
from shared.web import make_api


def install(app: Flask) -> None:
    """Add the API to the application."""
    api = make_api(app, title="Throughline intake")
    for part in (people, cases, casework, referrals, sharing, questions, conferences, directory, fhir):
        api.register_blueprint(part, url_prefix="/api/v1")
