"""Out of one place where one is still signed in, such as a computer that was left behind: after a code."""

from functools import partial
from typing import Any

from flask import Flask, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from shared.sessions import Session
from shared.web.identity import Access, Identity, me
from shared.web.problems import Problem
from shared.web.sign_in import SEE_OTHER, CodeForm, check_code


def install(app: Flask, access: Access) -> None:
    """Add the page. A place where nobody is signed in any more is as absent as somebody else's."""
    view = partial(_sign_out_there, access)
    app.add_url_rule("/account/sign-out-there", "sign_out_there", view, methods=["GET", "POST"])


def _sign_out_there(access: Access) -> Any:
    person, form = me(), CodeForm()
    there = _of_theirs(access, person, request.args.get("id", ""))
    status = check_code(access, person.username, form)
    if status is None:
        access.sessions.end_one(there)
        access.note("signed_out", person.username)
        flash(_("Nobody is signed in there any more."))
        return redirect(url_for("account"), code=SEE_OTHER)
    return render_template("shared/sign_out_there.html", form=form, there=there), status


def _of_theirs(access: Access, person: Identity, id_: str) -> Session:
    """Where else they are signed in; raises Problem, also for whoever has no second step, and so no code."""
    elsewhere = [one for one in access.sessions.of(person.username) if not one.is_of(person.session)]
    found = [one for one in elsewhere if one.id == id_]
    if not found or not access.second_factors.is_set_up(person.username):
        raise Problem(404, "not_found")
    return found[0]
