"""One's own account: where one is signed in, signing out everywhere, the second factor and its recovery codes."""

from functools import partial
from typing import Any

from flask import Flask, redirect, render_template, url_for
from werkzeug.wrappers import Response

from shared.second_factors import CodeRefused
from shared.web.identity import Access, end_session, me
from shared.web.sign_in import SEE_OTHER, CodeForm, refuse, status_of


def install(app: Flask, access: Access) -> None:
    """Add the pages."""
    app.add_url_rule("/account", "account", partial(_account, access))
    everywhere = partial(_sign_out_everywhere, access)
    app.add_url_rule("/account/sign-out-everywhere", "sign_out_everywhere", everywhere, methods=["POST"])
    anew = partial(_new_recovery_codes, access)
    app.add_url_rule("/account/recovery-codes", "new_recovery_codes", anew, methods=["GET", "POST"])


def _account(access: Access) -> str:
    username, factors = me().username, access.second_factors
    return render_template(
        "shared/account.html",
        sessions=access.sessions.of(username),
        is_set_up=factors.is_set_up(username),
        codes_left=factors.recovery_codes_left(username),
        passkeys=access.passkeys.of(username) if access.passkeys.are_offered else None,
        is_connected=access.organisation and access.organisation.bindings.is_bound(username),
    )


def _sign_out_everywhere(access: Access) -> Response:
    username = me().username
    access.sessions.end_all(username)
    access.note("signed_out", username)
    end_session()
    return redirect(url_for("sign_in"), code=SEE_OTHER)


def _new_recovery_codes(access: Access) -> Any:
    username, form = me().username, CodeForm()
    if not access.second_factors.is_set_up(username):
        return redirect(url_for("account"))
    if form.validate_on_submit():
        try:
            codes = access.second_factors.new_recovery_codes(username, form.code.data or "")
        except CodeRefused as refused:
            page = render_template("shared/new_recovery_codes.html", form=refuse(form, refused))
            return page, status_of(refused.wait)
        access.note("recovery_codes_made", username)
        return render_template("shared/recovery_codes.html", codes=codes, going_to=url_for("account"))
    return render_template("shared/new_recovery_codes.html", form=form)
