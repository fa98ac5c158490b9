"""Sign-in with an organisation's account: away to its provider, back, and on to our own second step and roles."""

from functools import partial
from typing import Any

import structlog
from flask import Flask, current_app, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from shared.oidc.bindings import SubjectTaken
from shared.oidc.errors import ProviderAway
from shared.oidc.organisation import BACK, CameBack, NotLetIn, Organisation
from shared.sessions import HALF_LASTS
from shared.web.addresses import local_path
from shared.web.forms import Form, PasswordField, SubmitField, at_most, required
from shared.web.gate import check_origin
from shared.web.identity import Access, SignInRefused, me, public, who
from shared.web.sign_in import (
    LONGEST_PASSWORD,
    SEE_OTHER,
    begin,
    later,
    needs_passkey,
    onwards,
    status_of,
    wanted,
    why_refused,
)

UNAVAILABLE = 503
ELSEWHERE = "signed_in_elsewhere"
logger = structlog.get_logger()


class ConnectForm(Form):
    """The password, which shows that it is still its owner who sits there."""

    password = PasswordField(
        _l("Password"), [required(_l("Enter your password.")), at_most(LONGEST_PASSWORD)]
    )
    submit = SubmitField(_l("Connect it"))


def install(app: Flask, access: Access) -> None:
    """Add the pages, where there is such a sign-in; elsewhere their addresses are as absent as any other."""
    organisation = access.organisation
    app.jinja_env.globals["comes_from_elsewhere"] = organisation is not None
    if organisation is None:
        return
    for path, endpoint, view, methods in (
        ("/sign-in/organisation", "begin_at_organisation", public(partial(_begin, organisation)), ["GET"]),
        (BACK, "back_from_organisation", public(partial(_back, access, organisation)), ["GET"]),
        ("/account/organisation", "connect_account", partial(_connect, organisation), ["GET"]),
        (
            "/account/organisation/confirm",
            "confirm_account",
            partial(_confirm, access, organisation),
            ["GET", "POST"],
        ),
    ):
        app.add_url_rule(path, endpoint, view, methods=methods)


def _begin(organisation: Organisation) -> Any:
    """By a link and not a form: our policy for forms would have to name wherever the provider leads."""
    check_origin()
    person = who()
    if person and not person.is_locked:
        return redirect("/")
    return _go_there(organisation, wanted())


def _connect(organisation: Organisation) -> Any:
    check_origin()
    return _go_there(organisation, url_for("account"), me().username)


def _go_there(organisation: Organisation, following: str, username: str | None = None) -> Any:
    try:
        token, address = organisation.begin(following, username)
    except ProviderAway as away:
        return _is_away(away)
    return _remember(redirect(address, code=SEE_OTHER), token)


def _back(access: Access, organisation: Organisation) -> Any:
    """A browser brings no cookie of the session along where another site led it: so there is another one."""
    try:
        came = organisation.come_back(request.cookies.get(_cookie(), ""), request.args)
        if came.for_username is not None:
            token = organisation.begun.offer(came.for_username, came.subject)
            return _remember(make_response(_onwards(url_for("confirm_account"))), token)
        username = _owner(access, organisation, came)
    except NotLetIn as refused:
        return _is_refused(access, refused)
    except ProviderAway as away:
        return _is_away(away)
    return _forget(make_response(_onwards(_let_in(access, came, username))))


def _owner(access: Access, organisation: Organisation, came: CameBack) -> str:
    """Whose account it opens here. That, and not what the provider says, decides what they may do."""
    username = organisation.owner(came.subject)
    if access.person(username) is None:
        raise NotLetIn("inactive")
    organisation.succeeded(came.subject)
    return username


def _let_in(access: Access, came: CameBack, username: str) -> str:
    """Where they go: the provider's second step counts where our settings say so, and never in a passkey's place."""
    if came.second_step and not needs_passkey(access, username):
        begin(access, username, ELSEWHERE)
        return local_path(came.wanted)
    return onwards(access, username, came.wanted, ELSEWHERE)


def _onwards(going_to: str) -> str:
    return render_template("shared/onwards.html", going_to=going_to)


def _confirm(access: Access, organisation: Organisation) -> Any:
    person, form, token = me(), ConnectForm(), request.cookies.get(_cookie(), "")
    if not organisation.begun.is_offered(token, person.username):
        return redirect(url_for("account"))
    if not form.validate_on_submit():
        return render_template("shared/connect_account.html", form=form)
    try:
        access.check_password(person.username, form.password.data or "")
    except SignInRefused as refused:
        form.form_errors.append(why_refused(refused, _("The password is not right.")))
        return render_template("shared/connect_account.html", form=form), status_of(refused.wait)
    _bind(access, organisation, person.username, organisation.begun.take_offer(token, person.username))
    return _forget(redirect(url_for("account"), code=SEE_OTHER))


def _bind(access: Access, organisation: Organisation, username: str, subject: str | None) -> None:
    try:
        if subject is not None:
            organisation.bindings.bind(username, subject)
            access.note("account_connected", username)
            flash(_("Your organisation's account lets you in now."))
    except SubjectTaken:
        flash(_("This account of your organisation belongs to somebody else's account here."))


def _is_refused(access: Access, refused: NotLetIn) -> Response:
    """What was never begun is nobody's attempt, and is logged only."""
    logger.warning("oidc.refused", reason=refused.code)
    if refused.code not in ("not_begun", "wait"):
        access.note("sign_in_refused", "")
    page = render_template("shared/not_let_in.html", why=_why(refused))
    return _forget(make_response(page, status_of(refused.seconds)))


def _why(refused: NotLetIn) -> str:
    """Which part of a token was wrong is in the log; whoever reads the page can do nothing about it."""
    if refused.seconds:
        return later(refused.seconds)
    if refused.code in ("unbound", "inactive"):
        return str(_("This account opens nothing here. Ask the administrator of your organisation."))
    if refused.code == "not_begun":
        return str(_("This sign-in took too long, or was begun elsewhere. Begin again."))
    return str(_("Your organisation's sign-in did not let anybody in. Begin again."))


def _is_away(away: ProviderAway) -> Response:
    logger.warning("oidc.provider_away", reason=away.code)
    why = _("Your organisation's sign-in does not answer. Try again in a minute.")
    return _forget(make_response(render_template("shared/not_let_in.html", why=why), UNAVAILABLE))


def _cookie() -> str:
    """Named as the session's, so that several processes on one host have each their own."""
    return str(current_app.config["SESSION_COOKIE_NAME"]).replace("session-", "elsewhere-", 1)


def _remember(response: Response, token: str) -> Response:
    """Lax, and not Strict as the session's: the provider's page leads here. It opens nothing by itself."""
    response.set_cookie(
        _cookie(),
        token,
        max_age=int(HALF_LASTS.total_seconds()),
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )
    return response


def _forget(response: Response) -> Response:
    secure = current_app.config["SESSION_COOKIE_SECURE"]
    response.delete_cookie(_cookie(), secure=secure, httponly=True, samesite="Lax")
    return response
