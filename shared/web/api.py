"""The JSON API of a web process: described in OpenAPI 3.1, refusing with problem+json."""

from functools import partial
from http import HTTPStatus
from typing import Any

from flask import Flask
from flask_smorest import Api, Blueprint
from marshmallow import RAISE, Schema, fields

from shared.web.identity import public

PROBLEM = "application/problem+json"
LOOKING = (400, 401, 403, 404, 422, 429, 503)  #: with which a look may be refused
DOING = (400, 401, 403, 404, 409, 413, 415, 422, 429, 503)  #: with which anything else may be refused


class ProblemSchema(Schema):
    """RFC 9457: what every refusal says."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    code = fields.String(required=True, metadata={"description": "what programs can rely on"})
    detail = fields.String(required=True, metadata={"description": "what to do next"})
    errors = fields.Dict(metadata={"description": "per field, what is wrong with it"})


class Strict(Blueprint.ARGUMENTS_PARSER.__class__):  # type: ignore[misc]
    """Refuses what is not declared in an address, too: passed over, a filter with a slip in its name would show all."""

    DEFAULT_UNKNOWN_BY_LOCATION = Blueprint.ARGUMENTS_PARSER.DEFAULT_UNKNOWN_BY_LOCATION | {"query": RAISE}


class Described(Blueprint):  # type: ignore[misc]
    """A part of an API whose description names every status that is answered, and no other."""

    ARGUMENTS_PARSER = Strict()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._prepare_doc_cbks.append(_name_refusals)


def _name_refusals(operation: dict[str, Any], _info: object, *, method: str, **_: Any) -> dict[str, Any]:
    answers = operation.setdefault("responses", {})
    for status in LOOKING if method == "get" else DOING:
        answers.setdefault(status, HTTPStatus(status).name)
    return operation


class _ProblemApi(Api):  # type: ignore[misc]
    """An API that leaves all errors to the one table of the application."""

    ERROR_SCHEMA = ProblemSchema
    DEFAULT_ERROR_RESPONSE_NAME = None  # each status is named

    def _register_error_handlers(self) -> None:
        """None of its own."""

    def _register_responses(self) -> None:
        """Refusals are problems, and say so."""
        for status in map(HTTPStatus, {*LOOKING, *DOING}):
            said = {"description": status.phrase, "content": {PROBLEM: {"schema": ProblemSchema}}}
            self.spec.components.response(status.name, said, lazy=True)


def make_api(app: Flask, *, title: str, version: str = "1") -> Api:
    """The application's API, to register flask-smorest blueprints at; says itself at ``/openapi.json``."""
    app.config.update(
        API_TITLE=title,
        API_VERSION=version,
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/",
        OPENAPI_JSON_PATH="openapi.json",
    )
    token: dict[str, Any] = {"type": "http", "scheme": "bearer"}
    options = {"components": {"securitySchemes": {"token": token}}, "security": [{"token": []}]}
    api = _ProblemApi(app, spec_kwargs=options)
    document = app.view_functions["api-docs.openapi_json"]
    app.view_functions["api-docs.openapi_json"] = public(partial(document))
    return api
