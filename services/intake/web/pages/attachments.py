"""Files of a case: add one, have one sent as a download, remove one. None is ever shown within a page."""

from io import BytesIO
from uuid import UUID

from flask import Blueprint, Response, flash, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from services.intake.domain import Attachment, FileKind
from services.intake.domain.attachment import LARGEST_FILE
from services.intake.usecases import attachments as use
from services.intake.usecases.cases import CaseFile, case_page
from services.intake.usecases.refusals import NotFound
from services.intake.web.context import actor, database
from services.intake.web.forms.attachments import OFFERED, AttachmentForm
from services.intake.web.forms.people import ConfirmForm
from services.intake.web.once import once, refusals_shown_in
from services.intake.web.pages.render import page
from services.intake.web.words import TURNING, sentence
from shared.web.files import takes_a_file

attachments = Blueprint("attachments", __name__)
TOO_LARGE = 413
OFFICE = "application/vnd.openxmlformats-officedocument"
MEDIA = {
    FileKind.PDF: "application/pdf",
    FileKind.JPEG: "image/jpeg",
    FileKind.PNG: "image/png",
    FileKind.TEXT: "text/plain",
    FileKind.ODT: "application/vnd.oasis.opendocument.text",
    FileKind.ODS: "application/vnd.oasis.opendocument.spreadsheet",
    FileKind.DOCX: f"{OFFICE}.wordprocessingml.document",
    FileKind.XLSX: f"{OFFICE}.spreadsheetml.sheet",
}


@attachments.route("/cases/<uuid:case_id>/files/new", methods=["GET", "POST"])
@takes_a_file("file", up_to=LARGEST_FILE)
def add(case_id: UUID) -> ResponseReturnValue:
    """Add a file, with a line about what it is."""
    file = case_page(database(), case_id, actor())
    form = AttachmentForm()
    if form.validate_on_submit():
        with refusals_shown_in(form):
            taken = use.taken(form.file.data.filename, form.file.data.read())
            return once(form, lambda: _add(file, taken, form))
    shown, status = page("casework/attach.html", form, file=file, offered=OFFERED)
    is_too_large = sentence("file_too_large") in form.file.errors
    return shown, TOO_LARGE if is_too_large else status


def _add(file: CaseFile, taken: use.Taken, form: AttachmentForm) -> str:
    use.add_attachment(database(), file.case.id, taken, {"description": form.description.data}, actor())
    flash(_("The file lies with the case."))
    return _on(file)


def _on(file: CaseFile) -> str:
    return url_for("casework.page", case_id=file.case.id)


@attachments.get("/cases/<uuid:case_id>/files/<uuid:attachment_id>")
def download(case_id: UUID, attachment_id: UUID) -> Response:
    """The file, to be kept or opened by a program of the reader's own."""
    found, content = use.read_attachment(database(), case_id, attachment_id, actor())
    kind = found.kind or FileKind.TEXT
    return send_file(
        BytesIO(content),
        MEDIA[kind],
        as_attachment=True,
        download_name=TURNING.sub("_", found.name),
        conditional=False,
        etag=False,
    )


@attachments.route("/cases/<uuid:case_id>/files/<uuid:attachment_id>/remove", methods=["GET", "POST"])
def remove(case_id: UUID, attachment_id: UUID) -> ResponseReturnValue:
    """Ask whether it is to go, and take it away for good."""
    file = case_page(database(), case_id, actor())
    found = _one_of(file, attachment_id)
    form = ConfirmForm()
    if form.validate_on_submit():
        with refusals_shown_in(form):
            answer = once(form, lambda: _remove(file, attachment_id))
            use.forget_removed(database())
            return answer
    return page("casework/remove.html", form, file=file, found=found)


def _one_of(file: CaseFile, attachment_id: UUID) -> Attachment:
    all_of_it = use.attachments_of(database(), file.case.id, actor())
    found = next((one for one in all_of_it if one.id == attachment_id and one.missing != "erased"), None)
    if found is None:
        raise NotFound("file_not_found")
    return found


def _remove(file: CaseFile, attachment_id: UUID) -> str:
    use.remove_attachment(database(), file.case.id, attachment_id, actor())
    flash(_("The file is gone."))
    return _on(file)
