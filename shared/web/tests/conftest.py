"""A small application with one page, one form and one API resource, and somebody who may sign in."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask, abort, flash, redirect, render_template_string, request
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError

from shared.web import Access, Form, Identity, Problem, SignInRefused, WebSettings, actor, make_app
from shared.web.forms import SelectField, StringField, at_most, required

PAGE = """{% extends "shared/base.html" %}
{% from "shared/forms.html" import error_summary, field %}
{% block content %}<p>Hello {{ by }}</p>
<form method="post">{{ form.hidden_tag() }}{{ error_summary(form) }}{{ field(form.name) }}{{ field(form.kind) }}</form>
{% endblock %}"""
PASSWORD = "an invented passphrase"


class Gone(Exception):
    """An error of the service's own."""


class NameForm(Form):
    """One text and one choice."""

    name = StringField("Name", [required(), at_most(5)])
    kind = SelectField("Kind", choices=["a"])  # type: ignore[list-item]


@dataclass
class Doors:
    """Who may come in, kept in memory."""

    sessions: dict[str, str] = field(default_factory=dict)
    wait: int = 0
    is_away: bool = False

    def reset(self) -> None:
        self.sessions.clear()
        self.wait, self.is_away = 0, False

    def access(self) -> Access:
        return Access(self.sign_in, self.load_user, self.sign_out, {"good token": "system"}.get)

    def sign_in(self, username: str, password: str) -> str:
        if self.wait or password != PASSWORD:
            raise SignInRefused(self.wait)
        token = f"session-{len(self.sessions)}"
        self.sessions[token] = username
        return token

    def load_user(self, token: str) -> Identity | None:
        if self.is_away:
            raise OperationalError("SELECT", None, Exception("away"))
        username = self.sessions.get(token)
        return Identity(token, f"{username} of the house", username, "be") if username else None

    def sign_out(self, token: str) -> None:
        self.sessions.pop(token, None)


@dataclass
class Browser:
    """A client that fills in the CSRF token that it was given, as a browser does."""

    client: FlaskClient
    csrf: str = ""

    def get(self, path: str, **options: Any) -> Any:
        answer = self.client.get(path, **options)
        found = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', answer.text)
        self.csrf = found[1] if found else self.csrf
        return answer

    def post(self, path: str, **fields: str) -> Any:
        return self.client.post(path, data={"csrf_token": self.csrf, **fields})

    def sign_in(self, password: str = PASSWORD, path: str = "/sign-in") -> Any:
        self.get("/sign-in")
        answer = self.post(path, username="vera", password=password)
        self.get("/")
        return answer


@pytest.fixture(scope="session")
def house() -> tuple[Flask, Doors]:
    """One application for the whole run: making it is slow, and it keeps nothing but its doors."""
    doors = Doors()
    return _make(doors), doors


@pytest.fixture
def app(house: tuple[Flask, Doors]) -> Flask:
    return house[0]


@pytest.fixture
def doors(house: tuple[Flask, Doors]) -> Iterator[Doors]:
    yield house[1]
    house[1].reset()


def _make(doors: Doors) -> Flask:
    app = make_app(
        __name__,
        settings=WebSettings(name="test", title="Harbour House", secret_key="k" * 32, secure=False),
        access=doors.access(),
        errors={Gone: lambda _error: Problem(409, "gone", state="closed", allowed=[])},
        checks={"database": lambda: None},
    )
    _add_pages(app)
    return app


def _add_pages(app: Flask) -> None:
    @app.route("/", methods=["GET", "POST"])
    def page() -> Any:
        form = NameForm()
        if form.validate_on_submit():
            flash("kept")
            return redirect("/")
        return render_template_string(PAGE, form=form, by=actor())

    @app.get("/fail/<kind>")
    @app.get("/api/v1/fail/<kind>")
    def fail(kind: str) -> Any:
        if kind.isdigit():
            abort(int(kind))
        failures = {"gone": Gone(), "busy": _busy(), "bug": ValueError("Anna Petrova, born 2010")}
        raise failures[kind]

    @app.post("/api/v1/echo")
    def echo() -> Any:
        return {"by": actor(), "got": request.get_json()}


def _busy() -> OperationalError:
    return OperationalError("SELECT 1", None, Exception("locked"))


@pytest.fixture
def visitor(app: Flask, doors: Doors) -> Browser:
    """Somebody who has not signed in; ``doors`` are reset behind them."""
    assert not doors.sessions
    return Browser(app.test_client())


@pytest.fixture
def signed_in(visitor: Browser) -> Browser:
    visitor.sign_in()
    return visitor
