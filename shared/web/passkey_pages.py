"""Passkeys on pages: use one in the place of a code, add one, remove one. They need a script; nothing else does."""

from functools import partial
from typing import Any

from flask import Flask, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from shared.passkeys import LONGEST_NAME, PasskeyRefused
from shared.web.forms import Form, HiddenField, StringField, at_most, required
from shared.web.identity import Access, public, who
from shared.web.problems import Problem
from shared.web.sign_in import HALF, SEE_OTHER, UNAUTHORIZED, CodeForm, code_page, come_in, half_way

REFUSED = 422


class PasskeyForm(Form):
    """A new passkey: what its owner calls it, and what the browser says of it."""

    name = StringField(_l("What do you call it?"), [required(_l("Give it a name.")), at_most(LONGEST_NAME)])
    answer = HiddenField()


def install(app: Flask, access: Access) -> None:
    """Add the pages."""
    use = public(partial(_use, access))
    app.add_url_rule("/sign-in/passkey", "use_passkey", use, methods=["POST"])
    app.add_url_rule("/account/passkeys", "passkeys", partial(_mine, access), methods=["GET", "POST"])
    remove = partial(_remove, access)
    app.add_url_rule("/account/passkeys/remove", "remove_passkey", remove, methods=["POST"])


def _use(access: Access) -> Any:
    username = half_way(access)
    if username is None or not access.passkeys.of(username):
        return redirect(url_for("sign_in"))
    try:
        access.passkeys.use(session[HALF], username, request.form.get("answer", ""))
    except PasskeyRefused:
        access.note("sign_in_refused", username)
        form = CodeForm(formdata=None)
        form.form_errors.append(str(_("The passkey was not taken. Try again, or use a code.")))
        return code_page(access, username, form), UNAUTHORIZED
    return come_in(access, username)


def _mine(access: Access) -> Any:
    me, form = who(), PasskeyForm()
    if me is None or not access.passkeys.are_offered or not access.second_factors.is_set_up(me.username):
        raise Problem(404, "not_found")
    if form.validate_on_submit():
        try:
            access.passkeys.add(me.session, me.username, form.name.data or "", form.answer.data or "")
        except PasskeyRefused:
            form.form_errors.append(str(_("The passkey was not taken. Try again.")))
        else:
            access.note("passkey_added", me.username)
            flash(_("The passkey is set up."))
            return redirect(url_for("passkeys"), code=SEE_OTHER)
    form.answer.data = ""
    mine, options = access.passkeys.of(me.username), access.passkeys.ask_to_add(me.session, me.username)
    page = render_template("shared/passkeys.html", form=form, passkeys=mine, options=options)
    return page, REFUSED if form.errors else 200


def _remove(access: Access) -> Any:
    me = who()
    if me is not None:
        access.passkeys.remove(me.username, request.form.get("id", ""))
        access.note("passkey_removed", me.username)
        flash(_("The passkey opens nothing any more."))
    return redirect(url_for("passkeys"), code=SEE_OTHER)
