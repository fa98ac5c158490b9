"""Set up a second factor: a square code or a secret for an app, then recovery codes, shown this once."""

import io
from typing import Any

import segno
from flask import Flask, Response, redirect, render_template, session, url_for

from shared.second_factors import CodeRefused, Offer
from shared.web.identity import Access, public, who
from shared.web.problems import Problem
from shared.web.sign_in import HALF, CodeForm, begin, half_way, refuse, status_of, wanted

SCALE = 6  #: pixels of the smallest square


def install(app: Flask, access: Access) -> None:
    """Add the pages. They are for whoever owes a second factor, and for whoever is signed in without one."""

    @app.route("/sign-in/set-up", methods=["GET", "POST"])
    @public
    def set_up_second_factor() -> Any:
        owing = _owing(access)
        if owing is None:
            return redirect(url_for("account" if who() else "sign_in_code"))
        token, username = owing
        form = CodeForm()
        if form.validate_on_submit():
            try:
                codes = access.second_factors.set_up(token, username, form.code.data or "")
            except CodeRefused as refused:
                return _page(access, owing, refuse(form, refused)), status_of(refused.wait)
            access.note("second_factor_set_up", username)
            if not who():
                going_to = wanted()
                begin(access, username)
                return render_template("shared/recovery_codes.html", codes=codes, going_to=going_to)
            return render_template("shared/recovery_codes.html", codes=codes, going_to=url_for("account"))
        return _page(access, owing, form)

    @app.get("/sign-in/set-up.svg")
    @public
    def square_code() -> Response:
        owing = _owing(access)
        if owing is None:
            raise Problem(404, "not_found")
        return Response(_drawn(access.second_factors.offer(*owing)), mimetype="image/svg+xml")


def _owing(access: Access) -> tuple[str, str] | None:
    """The token and the name of somebody who has no second factor yet: a password alone replaces none."""
    person = who()
    token, username = (person.session, person.username) if person else (session.get(HALF), half_way(access))
    return (token, username) if token and username and not access.second_factors.is_set_up(username) else None


def _page(access: Access, owing: tuple[str, str], form: CodeForm) -> str:
    secret = access.second_factors.offer(*owing).secret
    groups = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    return render_template("shared/set_up.html", form=form, secret=groups)


def _drawn(offer: Offer) -> bytes:
    drawing = io.BytesIO()
    segno.make(offer.address, micro=False).save(
        drawing, kind="svg", scale=SCALE, light="#fff", svgclass=None, lineclass=None
    )
    return drawing.getvalue()
