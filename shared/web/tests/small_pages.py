"""The pages of the small application: one form, one API resource, what fails, and what is marked."""

from typing import Any

from flask import Flask, abort, flash, redirect, render_template_string, request
from sqlalchemy.exc import OperationalError

from shared.web import Form, actor
from shared.web.forms import SelectField, StringField, at_most, required
from shared.web.identity import costly, looks_up, not_a_use

PAGE = """{% extends "shared/base.html" %}
{% from "shared/forms.html" import error_summary, field %}
{% block content %}<p>Hello {{ by }}</p>
<form method="post">{{ form.hidden_tag() }}{{ error_summary(form) }}{{ field(form.name) }}{{ field(form.kind) }}</form>
{% endblock %}"""


class Gone(Exception):
    """An error of the service's own."""


class NameForm(Form):
    """One text and one choice."""

    name = StringField("Name", [required(), at_most(5)])
    kind = SelectField("Kind", choices=["a"])  # type: ignore[list-item]


def add_pages(app: Flask) -> None:
    """Add all of them."""
    _add_form_and_failures(app)
    _add_marked(app)


def _add_form_and_failures(app: Flask) -> None:
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


def _add_marked(app: Flask) -> None:
    @app.get("/by-itself")
    @not_a_use
    def by_itself() -> str:
        return ""

    @app.route("/look-up", methods=["GET", "POST"])
    @looks_up
    def look_up() -> Any:
        return render_template_string(PAGE, form=NameForm(), by=actor())

    @app.get("/at-length")
    @costly
    def at_length() -> str:
        return ""

    @app.post("/api/v1/ask")
    @looks_up
    def ask() -> Any:
        return {"by": actor(), "got": request.get_json()}


def _busy() -> OperationalError:
    return OperationalError("SELECT 1", None, Exception("locked"))
