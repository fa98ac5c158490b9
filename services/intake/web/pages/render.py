"""Show a page; one whose form was refused says so in its status too."""

from typing import Any

from flask import render_template
from flask_wtf import FlaskForm

REFUSED = 422


def page(template: str, form: FlaskForm, **about: Any) -> tuple[str, int]:
    """The page with its form."""
    return render_template(template, form=form, **about), REFUSED if form.errors else 200
