"""Passkeys on pages: use one in the place of a code, add one, remove one. They need a script; nothing else does.

Whoever adds or removes one gives a code: a screen that was left open changes nobody's way in.
"""

from functools import partial
from typing import Any

from flask import Flask, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from shared.passkeys import LONGEST_NAME, Passkey, PasskeyRefused
from shared.second_factors import CodeRefused
from shared.web.forms import HiddenField, StringField, at_most, required
from shared.web.identity import Access, Identity, me, public
from shared.web.problems import Problem
from shared.web.sign_in import (
    HALF,
    REFUSED,
    SEE_OTHER,
    UNAUTHORIZED,
    CodeForm,
    check_code,
    code_page,
    come_in,
    half_way,
    refuse,
    status_of,
)


class PasskeyForm(CodeForm):
    """A new passkey: what its owner calls it, and what the browser says of it."""

    name = StringField(_l("What do you call it?"), [required(_l("Give it a name.")), at_most(LONGEST_NAME)])
    answer = HiddenField()


def install(app: Flask, access: Access) -> None:
    """Add the pages."""
    use = public(partial(_use, access))
    app.add_url_rule("/sign-in/passkey", "use_passkey", use, methods=["POST"])
    app.add_url_rule("/account/passkeys", "passkeys", partial(_mine, access), methods=["GET", "POST"])
    remove = partial(_remove, access)
    app.add_url_rule("/account/passkeys/remove", "remove_passkey", remove, methods=["GET", "POST"])


def _use(access: Access) -> Any:
    username = half_way(access)
    if username is None or not access.passkeys.of(username):
        return redirect(url_for("sign_in"))
    try:
        access.passkeys.use(session[HALF], username, request.form.get("answer", ""))
    except PasskeyRefused:
        access.note("second_step_refused", username)
        form = CodeForm(formdata=None)
        form.form_errors.append(str(_("The passkey was not taken. Try again, or use a code.")))
        return code_page(access, username, form), UNAUTHORIZED
    return come_in(access, username, "signed_in_by_passkey")


def _mine(access: Access) -> Any:
    person, form = _with_codes(access), PasskeyForm()
    if form.validate_on_submit():
        try:
            _add(access, person, form)
        except CodeRefused as refused:
            return _page(access, person, refuse(form, refused)), status_of(refused.wait)
        except PasskeyRefused:
            form.form_errors.append(str(_("The passkey was not taken. Try again.")))
        else:
            access.note("passkey_added", person.username)
            flash(_("The passkey is set up."))
            return redirect(url_for("passkeys"), code=SEE_OTHER)
    return _page(access, person, form), REFUSED if form.errors else 200


def _add(access: Access, person: Identity, form: PasskeyForm) -> None:
    """Raises CodeRefused or PasskeyRefused. A browser that was told to make none costs its owner no code."""
    if not form.answer.data:
        raise PasskeyRefused
    access.second_factors.check(person.username, form.code.data or "")
    form.code.data = ""  # it counts once
    access.passkeys.add(person.session, person.username, form.name.data or "", form.answer.data)


def _with_codes(access: Access) -> Identity:
    """Who is here, as somebody with a second step; raises Problem for others: there are no such pages for them."""
    person = me()
    if not access.passkeys.are_offered or not access.second_factors.is_set_up(person.username):
        raise Problem(404, "not_found")
    return person


def _page(access: Access, person: Identity, form: PasskeyForm) -> str:
    form.answer.data = ""
    mine = access.passkeys.of(person.username)
    options = access.passkeys.ask_to_add(person.session, person.username)
    return render_template("shared/passkeys.html", form=form, passkeys=mine, options=options)


def _remove(access: Access) -> Any:
    person, form = _with_codes(access), CodeForm()
    passkey = _of_theirs(access, person.username, request.args.get("id", ""))
    status = check_code(access, person.username, form)
    if status is None:
        access.passkeys.remove(person.username, passkey.id)
        access.note("passkey_removed", person.username)
        flash(_("The passkey opens nothing any more."))
        return redirect(url_for("passkeys"), code=SEE_OTHER)
    return render_template("shared/remove_passkey.html", form=form, passkey=passkey), status


def _of_theirs(access: Access, username: str, id_: str) -> Passkey:
    """The passkey of that id; raises Problem for somebody else's, as for one that is not there."""
    found = [one for one in access.passkeys.of(username) if one.id == id_]
    if not found:
        raise Problem(404, "not_found")
    return found[0]
