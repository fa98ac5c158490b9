"""Files of a case in a browser, in every language: brought, listed, had as a download, removed."""

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from services.intake.tests.files import photograph
from tests.e2e.conftest import Visit, Visitor
from tests.e2e.test_pages import look

A = "harbour-house"
TOO_LARGE = b"a" * 12_000_000
SUBMIT = "main form.questions [type=submit]"


@pytest.mark.parametrize(
    ("language", "width", "scripts"),
    [("en", 1280, True), ("ru", 390, True), ("be", 390, True), ("uk", 1280, True), ("en", 390, False)],
)
def test_a_file_is_brought_and_had(visit: Visit, language: str, width: int, scripts: bool) -> None:  # noqa: FBT001
    worker = visit(A, language=language, width=width, scripts=scripts).signs_in("alena").speaks(language)
    case = _a_case(worker, f"Heron {language} {scripts}")
    new = f"{case}/files/new"
    _looks(worker, scripts=scripts)

    worker.follows("/files/new")
    _looks(worker, scripts=scripts)
    worker.fills(description="From the court.")
    _brings(worker, "letter.txt", TOO_LARGE)
    assert worker.page.input_value("[name=description]") == "From the court."
    _looks(worker, scripts=scripts)
    _brings(worker, "../photo.jpg", photograph(400, 200))
    assert worker.page.url.endswith(case)
    worker.goes_to(new)
    _brings(worker, "letter.pdf", b"%PDF-1.7\n%%EOF")
    _looks(worker, scripts=scripts)

    picture = Image.open(BytesIO(_had(worker, "photo.jpg")))
    assert (picture.size, dict(picture.getexif())) == ((200, 400), {})
    assert _had(worker, "letter.pdf") == b"%PDF-1.7\n%%EOF"
    worker.follows("/remove")
    _looks(worker, scripts=scripts)
    worker.presses(SUBMIT)
    assert not worker.sees("photo.jpg")
    assert worker.sees("letter.pdf")
    assert not [address for address in worker.asked if not address.startswith(worker.url)]


def _looks(worker: Visitor, *, scripts: bool) -> None:
    if scripts:  # what looks at a page is a script itself
        look(worker)


def _a_case(worker: Visitor, alias: str) -> str:
    worker.goes_to("/people/new").fills(alias=alias).presses(SUBMIT)
    worker.goes_to(f"{worker.page.url.removeprefix(worker.url)}/cases/new").presses(SUBMIT)
    return worker.page.url.removeprefix(worker.url)


def _brings(worker: Visitor, name: str, content: bytes) -> None:
    given = {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    worker.page.set_input_files("[name=file]", files=[given])  # type: ignore[list-item]
    worker.presses(SUBMIT)


def _had(worker: Visitor, name: str) -> bytes:
    """Press the file's name: it comes as a download of that name, and the page stays."""
    before = worker.page.url
    with worker.page.expect_download() as coming:
        worker.page.get_by_role("link", name=name, exact=True).click()
    assert coming.value.suggested_filename == name
    assert worker.page.url == before
    return Path(coming.value.path()).read_bytes()
