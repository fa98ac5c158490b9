"""Another password, for whoever knows the present one: it ends every other session, and begins this one anew."""

from functools import partial
from typing import Any

from flask import Flask, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from shared.passwords import PasswordRefused
from shared.web.forms import PasswordField, at_most, required
from shared.web.identity import Access, SignInRefused, begin_session, who
from shared.web.problems import Problem
from shared.web.recovery import NewPasswordForm, why
from shared.web.sign_in import LONGEST_PASSWORD, REFUSED, SEE_OTHER, status_of, why_refused


class ChangePasswordForm(NewPasswordForm):
    """The present password, and a new one, typed twice."""

    present = PasswordField(
        _l("Your present password"), [required(_l("Enter your password.")), at_most(LONGEST_PASSWORD)]
    )


def install(app: Flask, access: Access) -> None:
    """Add the page."""
    change = partial(_change, access)
    app.add_url_rule("/account/password", "change_password", change, methods=["GET", "POST"])


def _change(access: Access) -> Any:
    me, form, status = who(), ChangePasswordForm(), REFUSED
    if me is None:
        raise Problem(401, "token_missing")
    if form.validate_on_submit():
        try:
            access.check_password(me.username, form.present.data or "")
            access.change_password(me.username, form.password.data or "")
        except SignInRefused as refused:
            form.form_errors.append(why_refused(refused, _("This is not your present password.")))
            status = status_of(refused.wait)
        except PasswordRefused as refused:
            form.password.errors = [why(refused.code)]
        else:
            begin_session(access, me.username)
            flash(_("The password is changed, and you are signed out everywhere else."))
            return redirect(url_for("account"), code=SEE_OTHER)
    return render_template("shared/password.html", form=form), status if form.errors else 200
