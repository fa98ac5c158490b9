"""The auditor's rooms: who did what, about which record, when and from where; never what it was."""

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from services.intake.storage.audit import Wanted
from services.intake.usecases.audit import audit_page, export_audit
from services.intake.web.audit_csv import csv_of
from services.intake.web.context import actor, database, names, today
from services.intake.web.forms.audit import AuditForm, as_id
from services.intake.web.pages.render import page as shown
from shared.web import Problem
from shared.web.identity import costly

audit = Blueprint("audit", __name__)


@audit.get("/audit")
def page() -> ResponseReturnValue:
    """The newest first, narrowed down by member of staff, action, day and record."""
    form = AuditForm(names(), request.args)
    wanted = form.wanted() if form.validate() else Wanted()
    after = as_id(request.args.get("after", ""))
    found = audit_page(database(), wanted, actor(), after)
    asked = {name: value for name in form.data if (value := request.args.get(name))}
    return shown("audit/page.html", form, found=found, asked=asked)


@audit.get("/audit.csv")
@costly
def export() -> ResponseReturnValue:
    """All of it, narrowed down alike, as a file to keep."""
    form = AuditForm(names(), request.args)
    if not form.validate():
        raise Problem(422, "invalid")
    disposition = {"Content-Disposition": f'attachment; filename="audit-{today().isoformat()}.csv"'}
    return Response(
        csv_of(export_audit(database(), form.wanted(), actor())), headers=disposition, mimetype="text/csv"
    )
