"""The way in and out: the password, then the second factor, and only then a session."""

from functools import partial
from typing import Any

from flask import Flask, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from werkzeug.wrappers import Response

from shared.second_factors import CodeRefused
from shared.web.addresses import local_path
from shared.web.forms import Form, PasswordField, StringField, SubmitField, at_most, required
from shared.web.identity import Access, SignInRefused, begin_session, end_session, public, who

HALF = "half"  #: where the cookie keeps the token of a sign-in that waits for its second factor
LONGEST_PASSWORD = 1000  #: characters; longer ones would only cost time
OK, SEE_OTHER, UNAUTHORIZED, REFUSED, TOO_MANY = 200, 303, 401, 422, 429


class SignInForm(Form):
    """The two things that a sign-in asks for first."""

    username = StringField(_l("User name"), [required(_l("Enter your user name.")), at_most(200)])
    password = PasswordField(
        _l("Password"), [required(_l("Enter your password.")), at_most(LONGEST_PASSWORD)]
    )
    submit = SubmitField(_l("Sign in"))


class NotByPassword(SignInRefused):
    """It is right, and lets in administrators only."""


class CodeForm(Form):
    """The code that an app shows at this moment, or a recovery code."""

    code = StringField(_l("Code"), [required(_l("Enter the code.")), at_most(40)])
    submit = SubmitField(_l("Go on"))


def install(app: Flask, access: Access) -> None:
    """Add the pages of signing in and out, which are open to everybody."""
    both = ["GET", "POST"]
    for path, endpoint, view, methods in (
        ("/sign-in", "sign_in", _sign_in, both),
        ("/sign-in/code", "sign_in_code", _sign_in_code, both),
        ("/sign-out", "sign_out", _sign_out, ["POST"]),
    ):
        app.add_url_rule(path, endpoint, public(partial(view, access)), methods=methods)


def _sign_in(access: Access) -> Any:
    if who():
        return redirect("/")
    form = SignInForm()
    if not form.validate_on_submit():
        return render_template("shared/sign_in.html", form=form)
    try:
        username = _known_by_password(access, form)
    except SignInRefused as refused:
        form.form_errors.append(_why(refused))
        return render_template("shared/sign_in.html", form=form), status_of(refused.wait)
    return go_on(access, username)


def _known_by_password(access: Access, form: SignInForm) -> str:
    """Whose it is; raises SignInRefused, also for those whom a password does not let in."""
    username = access.check_password(form.username.data or "", form.password.data or "")
    if not access.password_lets_in(username):
        access.note("sign_in_refused", username)
        raise NotByPassword
    return username


def _sign_in_code(access: Access) -> Any:
    username = half_way(access)
    if username is None or not access.second_factors.is_set_up(username):
        return redirect(url_for("sign_in"))
    form = CodeForm()
    if form.validate_on_submit():
        try:
            app_counts = not needs_passkey(access, username)
            of_app = access.second_factors.check(username, form.code.data or "", app=app_counts)
        except CodeRefused as refused:
            access.note("second_step_refused", username)
            return code_page(access, username, refuse(form, refused)), status_of(refused.wait)
        return come_in(access, username, "signed_in_by_code" if of_app else "signed_in_by_recovery_code")
    return code_page(access, username, form)


def code_page(access: Access, username: str, form: CodeForm) -> str:
    """The second question: a code, or a passkey of the person's if there is one."""
    token = session[HALF]
    options = access.passkeys.ask_to_use(token, username) if access.passkeys.of(username) else None
    only_passkey = needs_passkey(access, username)
    return render_template("shared/code.html", form=form, options=options, only_passkey=only_passkey)


def needs_passkey(access: Access, username: str) -> bool:
    """Whether an app's code counts no more for the person."""
    person = access.person(username)
    return bool(person and person.sees_much and access.passkeys.of(username))


def _sign_out(access: Access) -> Response:
    if person := who():
        access.sessions.end(person.session)
        access.note("signed_out", person.username)
    end_session()
    return redirect(url_for("sign_in"), code=SEE_OTHER)


def go_on(access: Access, username: str) -> Response:
    """The password was right: ask for the second factor, have it set up, or let the person in."""
    return redirect(onwards(access, username, request.args.get("next")), code=SEE_OTHER)


def onwards(access: Access, username: str, following: str | None, how: str = "signed_in") -> str:
    """Where somebody goes who is known by one factor: to the second, to its set-up, or to the page that was wanted."""
    is_set_up = access.second_factors.is_set_up(username)
    if not is_set_up and not access.second_factor_required:
        begin(access, username, how)
        return local_path(following or "/")
    end_session()
    session[HALF] = access.half.begin(username)
    return url_for("sign_in_code" if is_set_up else "set_up_second_factor", next=following)


def half_way(access: Access) -> str | None:
    """Who has given the password in this browser and now owes the second factor."""
    token = session.get(HALF)
    return access.half.username(token) if token else None


def come_in(access: Access, username: str, how: str) -> Response:
    """Begin the session, and lead on to the page that was wanted."""
    begin(access, username, how)
    return redirect(wanted(), code=SEE_OTHER)


def begin(access: Access, username: str, how: str = "signed_in") -> None:
    """Begin the session; what waited for the second factor waits no longer."""
    if token := session.get(HALF):
        access.half.end(token)
    begin_session(access, username, how)


def wanted() -> str:
    """The page that was asked for before the sign-in."""
    return local_path(request.args.get("next", "/"))


def refuse(form: CodeForm, refused: CodeRefused) -> CodeForm:
    """The form, saying why; it never says whether a code would have been right a moment ago."""
    form.code.data = ""
    form.form_errors.append(
        later(refused.wait) if refused.wait else str(_("This code is not right, or was used."))
    )
    return form


def check_code(access: Access, username: str, form: CodeForm) -> int | None:
    """None for the right code of somebody who is signed in; else HTTP's status of the page that asks for it."""
    if not form.validate_on_submit():
        return REFUSED if form.errors else OK
    try:
        access.second_factors.check(username, form.code.data or "")
    except CodeRefused as refused:
        refuse(form, refused)
        return status_of(refused.wait)
    return None


def status_of(wait: int) -> int:
    """HTTP's status of a refusal that asks to wait so many seconds, or of one that does not."""
    return TOO_MANY if wait else UNAUTHORIZED


def _why(refused: SignInRefused) -> str:
    """The same whether the name or the password is wrong."""
    if isinstance(refused, NotByPassword):
        return str(_("With a password only administrators come in here. Use your organisation's account."))
    return why_refused(refused, _("The user name or the password is not right."))


def why_refused(refused: SignInRefused, wrong: str) -> str:
    """How long to wait, or what is wrong."""
    return later(refused.wait) if refused.wait else str(wrong)


def later(seconds: int) -> str:
    """How long to wait."""
    said = ngettext(
        "Too many attempts. Try again in %(num)d second.",
        "Too many attempts. Try again in %(num)d seconds.",
        seconds,
    )
    return str(said)
