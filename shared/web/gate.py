"""What a request must be before anybody reads it: from our own pages, and made of proper text."""

import json
from collections.abc import Iterable
from typing import Any, NoReturn

from flask import Flask, current_app, request
from flask.json.provider import DefaultJSONProvider
from flask_wtf.csrf import CSRFProtect

from shared.web import files
from shared.web.addresses import API
from shared.web.problems import Problem

DEEPEST = 32  #: levels of lists and objects in a JSON body
CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})


def install(app: Flask) -> None:
    """Check every request of the application before its view sees it."""
    app.json = _StrictJson(app)
    CSRFProtect(app)

    @app.before_request
    def check() -> None:
        if request.path.startswith(API) or request.method not in CHANGING:
            _check_content()
        else:
            check_form()
        if request.path.startswith(API) and request.method in CHANGING:
            _check_json()


def check_form() -> None:
    """That a form is proper text and was sent from a page of ours; raises Problem or CSRFError.

    Who sent it is known by now: before, no address takes a file.
    """
    files.let_in()
    _check_content()
    check_origin()
    view = current_app.view_functions.get(request.endpoint or "")
    if not getattr(view, "is_traceless", False):
        current_app.extensions["csrf"].protect()


def _check_content() -> None:
    _check_text(_texts())
    files.check()


def _texts() -> Iterable[str]:
    for values in (request.args, request.form):
        for name, value in values.items(multi=True):
            yield from (name, value)
    yield request.path


def _check_text(texts: Iterable[str]) -> None:
    """No database takes a NUL, and half a surrogate pair is not text."""
    for text in texts:
        if "\x00" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
            raise Problem(400, "not_text")


def check_origin() -> None:
    """A browser says where a form was sent from, or a link was; ours come from our own pages."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        raise Problem(403, "foreign_form")


def _check_json() -> None:
    if request.content_length == 0 and not request.mimetype:
        return
    if not request.is_json:
        raise Problem(415, "not_json_type")
    request.get_json()


class _StrictJson(DefaultJSONProvider):
    """JSON that means one thing only: no key twice, no NaN, no endless depth."""

    def loads(self, s: str | bytes, **_: Any) -> Any:
        """The value, or a problem that quotes nothing of it."""
        try:
            text = s.decode() if isinstance(s, bytes) else s
            value = json.loads(text, object_pairs_hook=_object, parse_constant=_refuse)
        except (ValueError, RecursionError):
            raise Problem(400, "not_json") from None
        _check_value(value, DEEPEST)
        return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands twice")
    return found


def _refuse(_constant: str) -> NoReturn:
    raise ValueError("not a number of JSON")


def _check_value(value: Any, levels: int) -> None:
    if levels == 0:
        raise Problem(400, "not_json")
    if isinstance(value, str):
        _check_text((value,))
    elif isinstance(value, dict):
        _check_text(value)
        _check_value(list(value.values()), levels)
    elif isinstance(value, list):
        for item in value:
            _check_value(item, levels - 1)
