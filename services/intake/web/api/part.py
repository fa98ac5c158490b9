"""One part of the API: checks what it is sent, and answers the same request once."""

import functools
import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn, TypeVar, cast

from flask import jsonify, request
from marshmallow import Schema, fields
from werkzeug.wrappers import Response

from services.intake.domain import Action
from services.intake.usecases import audit
from services.intake.usecases.idempotency import Answer, answer_once
from services.intake.web.context import actor, database, working_in
from shared.database import Database
from shared.web import Described, Problem, ProblemSchema
from shared.web.api import PROBLEM, Strict
from shared.web.identity import looks_up

View = TypeVar("View", bound=Callable[..., Any])
HEADER = "Idempotency-Key"
PARAMETER = {
    "in": "header",
    "name": HEADER,
    "required": False,
    "description": "The same key and body have one effect and one answer; another body is refused (409).",
    "schema": {"type": "string", "maxLength": 200},
}


class ConflictShown(ProblemSchema):
    """Why it cannot be done: where what is asked about is there, its state, and the moves that are allowed from it."""

    state = fields.String(allow_none=True)
    allowed = fields.List(fields.String())


class _Parser(Strict):
    """Says what is wrong with each field by a code."""

    def handle_error(self, error: Any, *_: Any, **__: Any) -> NoReturn:
        """The library quotes nothing of the value in its messages, and ours are codes."""
        by_place = error.normalized_messages()
        fields = {name: _first(said) for part in by_place.values() for name, said in _named(part)}
        raise Problem(422, "invalid", fields=fields) from None


def _named(part: Any) -> Sequence[tuple[str, Any]]:
    return [(str(name), said) for name, said in part.items()] if isinstance(part, Mapping) else []


def _first(said: Any) -> str:
    """The first code, however deep it stands."""
    while not isinstance(said, str):
        said = next(iter(said.values() if isinstance(said, Mapping) else said))
    return said


class Part(Described):
    """A blueprint of the API."""

    ARGUMENTS_PARSER = _Parser()

    def taking(self, schema: type[Schema], location: str = "json") -> Callable[[View], View]:
        """A view whose first argument is what the request says."""
        found: Callable[[View], View] = self.arguments(schema, location=location)
        return found

    def answering(self, status: int, schema: type[Schema]) -> Callable[[View], View]:
        """A view that answers with that status and shape."""
        found: Callable[[View], View] = self.response(status, schema)
        return found

    def get(self, rule: str) -> Callable[[View], View]:
        """A view that only looks."""
        found: Callable[[View], View] = self.route(rule)
        return found

    def asked(self, rule: str) -> Callable[[View], View]:
        """A view that only looks, for what may stand in no address, since addresses are kept on the way."""
        route: Callable[[View], View] = self.route(rule, methods=["POST"])
        return lambda view: route(looks_up(view))

    def post(self, rule: str) -> Callable[[View], View]:
        """A view that does something: once for each key and body."""

        def decorate(view: View) -> View:
            conflict = self.alt_response(409, schema=ConflictShown, content_type=PROBLEM)
            described = self.doc(parameters=[PARAMETER])(conflict(_once(view)))
            found: View = self.route(rule, methods=["POST"])(described)
            return found

        return decorate


def _once(view: View) -> View:
    @functools.wraps(view)
    def answer(*args: Any, **kwargs: Any) -> Response:
        key = request.headers.get(HEADER)
        if key is None:
            response: Response = view(*args, **kwargs)
            return response

        anew = False

        def within(open_one: Database) -> Answer:
            nonlocal anew
            anew = True
            with working_in(open_one):
                done = view(*args, **kwargs)
                return Answer(done.status_code, done.get_json())

        known = answer_once(database(), actor().username, key, _digest(), within)
        if not anew:
            audit.saw(database(), actor(), Action.ANSWER_REPEATED)
        response = jsonify(known.body)
        response.status_code = known.status
        return response

    return cast("View", answer)


def _digest() -> str:
    return hashlib.sha256(request.path.encode() + b"\n" + request.get_data()).hexdigest()
