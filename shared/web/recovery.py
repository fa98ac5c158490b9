"""The way back in, by a link that an administrator has made: a new password, then the second factor."""

from typing import Any

from flask import Flask, render_template
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.validators import EqualTo

from shared.passwords import SHORTEST, PasswordRefused
from shared.web.forms import Form, PasswordField, SubmitField, at_most, required
from shared.web.identity import Access, end_session, public
from shared.web.problems import Problem
from shared.web.sign_in import LONGEST_PASSWORD, REFUSED, go_on


class NewPasswordForm(Form):
    """A new password, typed twice."""

    password = PasswordField(
        _l("New password"), [required(_l("Enter a new password.")), at_most(LONGEST_PASSWORD)]
    )
    again = PasswordField(
        _l("The same again"), [EqualTo("password", _l("The two are not the same. Type them anew."))]
    )
    submit = SubmitField(_l("Go on"))


def install(app: Flask, access: Access) -> None:
    """Add the page. A link that is used up, past or invented is as absent as any other address."""

    @app.route("/recover/<token>", methods=["GET", "POST"])
    @public
    def recover(token: str) -> Any:
        if access.owner_of_link(token) is None:
            raise Problem(404, "not_found")
        form = NewPasswordForm()
        if form.validate_on_submit():
            try:
                username = access.recover(token, form.password.data or "")
            except PasswordRefused as refused:
                form.password.errors = [why(refused.code)]
            else:
                return _onwards(access, username)
        return render_template("shared/recover.html", form=form), REFUSED if form.errors else 200


def _onwards(access: Access, username: str | None) -> Any:
    if username is None:
        raise Problem(404, "not_found")
    end_session()
    return go_on(access, username)


def why(code: str) -> str:
    """Why a password is not taken, by the code of its refusal."""
    return {
        "too_short": str(_("The password must have at least %(num)d characters.", num=SHORTEST)),
        "too_common": str(
            _("This password would be guessed soon. Take several words that do not belong together.")
        ),
    }.get(code, str(_("This password cannot be used. Choose another one.")))
