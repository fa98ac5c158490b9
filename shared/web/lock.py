"""The lock: somebody goes away from the screen for a moment, and only their password opens the pages again."""

from functools import partial
from typing import Any

from flask import Flask, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from shared.web.forms import Form, PasswordField, SubmitField, at_most, required
from shared.web.identity import Access, SignInRefused, for_the_locked, me
from shared.web.sign_in import LONGEST_PASSWORD, SEE_OTHER, status_of, wanted, why_refused


class UnlockForm(Form):
    """What opens the pages again."""

    password = PasswordField(
        _l("Password"), [required(_l("Enter your password.")), at_most(LONGEST_PASSWORD)]
    )
    submit = SubmitField(_l("Go on working"))


def install(app: Flask, access: Access) -> None:
    """Add the pages, which are also for whoever has locked all others."""
    for path, endpoint, view, methods in (
        ("/lock", "lock", _lock, ["POST"]),
        ("/unlock", "unlock", _unlock, ["GET", "POST"]),
    ):
        app.add_url_rule(path, endpoint, for_the_locked(partial(view, access)), methods=methods)


def _lock(access: Access) -> Response:
    person = me()
    access.sessions.lock(person.session)
    access.note("locked", person.username)
    return redirect(url_for("unlock"), code=SEE_OTHER)


def _unlock(access: Access) -> Any:
    person, form = me(), UnlockForm()
    if not person.is_locked:
        return redirect(wanted(), code=SEE_OTHER)
    if not form.validate_on_submit():
        return render_template("shared/unlock.html", form=form)
    try:
        access.check_password(person.username, form.password.data or "")
    except SignInRefused as refused:
        form.form_errors.append(why_refused(refused, _("The password is not right.")))
        return render_template("shared/unlock.html", form=form), status_of(refused.wait)
    access.sessions.unlock(person.session)
    access.note("unlocked", person.username)
    return redirect(wanted(), code=SEE_OTHER)
