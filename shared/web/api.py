"""The JSON API of a web process: described in OpenAPI 3.1, refusing with problem+json."""

from functools import partial
from typing import Any

from flask import Flask
from flask_smorest import Api
from marshmallow import Schema, fields

from shared.web.identity import public


class ProblemSchema(Schema):
    """RFC 9457: what every refusal says."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    code = fields.String(required=True, metadata={"description": "what programs can rely on"})
    detail = fields.String(required=True, metadata={"description": "what to do next"})
    errors = fields.Dict(metadata={"description": "per field, what is wrong with it"})


class _ProblemApi(Api):  # type: ignore[misc]
    """An API that leaves all errors to the one table of the application."""

    ERROR_SCHEMA = ProblemSchema

    def _register_error_handlers(self) -> None:
        """None of its own."""


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
