"""Files on pages: brought by a form, had as a download and in no other way, and nothing typed beside one is lost."""

from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
from flask import Flask, request

from services.intake.domain.attachment import LARGEST_FILE
from services.intake.storage.attachment_tables import attachments
from services.intake.storage.kept_forms import kept_forms
from services.intake.tests.files import PDF, SVG, endless_png, photograph
from services.intake.tests.node import WORKER
from services.intake.usecases.closing import close_case
from services.intake.usecases.erasing import erase_case
from services.intake.web.tests.site import Site
from services.intake.web.tests.visitors import Browser, text, words
from shared.sessions import IDLE
from shared.web.files import READ_PAST, FilesInMemory


class Desk:
    """A case worker at the form for a file of a case of theirs."""

    def __init__(self, site: Site, browser: Browser) -> None:
        self.site, self.browser = site, browser
        _, self.case = site.node.has_case()
        self.page = f"/cases/{self.case.id}"
        self.new = f"{self.page}/files/new"

    def form(self, content: bytes, name: str = "letter.txt", **fields: str) -> dict[str, Any]:
        return self.browser.form(self.new) | fields | {"file": (BytesIO(content), name)}

    def brings(self, content: bytes, name: str = "letter.txt", **fields: str) -> Any:
        return self.browser.client.post(self.new, data=self.form(content, name, **fields))

    def rows(self) -> list[Any]:
        return self.site.node.rows(attachments)

    def download(self) -> str:
        return f"{self.page}/files/{self.rows()[0]['id']}"


@pytest.fixture
def desk(site: Site, worker: Browser) -> Desk:
    return Desk(site, worker)


def test_a_file_is_brought_listed_had_and_removed(desk: Desk) -> None:
    assert desk.brings(PDF, "Court.pdf", description="From the court.").location == desk.page
    page = desk.browser.get(desk.page)
    for said in ("Court.pdf", "From the court.", "PDF, 1 kB", "Olena", "who wrote it"):
        assert said in words(page)

    answer = desk.browser.get(desk.download())
    assert answer.data == PDF
    assert desk.browser.send(f"{desk.download()}/remove").location == desk.page
    assert desk.rows() == []
    assert "Court.pdf" not in desk.browser.text(desk.page)


def test_a_download_is_never_shown_within_a_page(desk: Desk) -> None:
    desk.brings(PDF, "../../Суд \u202efdp.pdf")

    headers = desk.browser.get(desk.download()).headers

    disposition = headers["Content-Disposition"]
    assert disposition.startswith("attachment; filename=")
    assert "filename*=UTF-8''%D0%A1%D1%83%D0%B4%20_fdp.pdf" in disposition
    assert not [
        sign for sign in ("/", "\\", "%2F", "%E2%80%AE") if sign in disposition.replace("UTF-8''", "")
    ]
    assert headers["Content-Type"] == "application/pdf"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert headers["Cache-Control"] == "no-store"
    page = desk.browser.text(desk.page)
    assert "\\u202e" in page
    assert "\u202e" not in page


def test_a_part_of_a_file_is_not_given(desk: Desk) -> None:
    desk.brings(b"letter")
    answer = desk.browser.get(desk.download(), headers={"Range": "bytes=0-1"})
    assert (answer.status_code, answer.data) == (200, b"letter")


def test_where_a_picture_was_taken_is_gone_when_it_is_had(desk: Desk) -> None:
    desk.brings(photograph(), "photo.jpg")
    content = desk.browser.get(desk.download()).data
    assert content.startswith(b"\xff\xd8\xff")
    assert b"Exif" not in content


BAD: dict[str, tuple[bytes, str, str]] = {
    "empty": (b"", "letter.txt", "There is nothing in this file."),
    "a program called PDF": (b"MZ\x90\x00", "letter.pdf", "Files of this kind are not taken"),
    "SVG": (SVG, "picture.png", "could run when it is opened"),
    "20,000 by 20,000": (endless_png(), "a.png", "more than 50 million pixels"),
    "no file": (b"", "", "Choose a file."),
}


@pytest.mark.parametrize(("content", "name", "sentence"), BAD.values(), ids=BAD)
def test_what_is_refused_is_said_and_what_was_typed_stays(
    desk: Desk, content: bytes, name: str, sentence: str
) -> None:
    answer = desk.brings(content, name, description="From the court.")
    assert answer.status_code == 422
    assert words(answer).count(sentence) == 2
    assert "From the court." in text(answer)
    assert desk.rows() == []


@pytest.mark.parametrize("size", [LARGEST_FILE + 1, 3 * LARGEST_FILE])
def test_one_that_is_too_large_is_said_to_be_and_what_was_typed_stays(desk: Desk, size: int) -> None:
    answer = desk.brings(b"a" * size, description="From the court.")

    assert answer.status_code == 413
    assert "This file is larger than 10 MB." in words(answer)
    assert "The file has to be chosen again." in words(answer)
    assert "From the court." in text(answer)
    assert desk.rows() == []


def test_the_largest_is_taken(desk: Desk) -> None:
    assert desk.brings(b"a" * LARGEST_FILE).status_code == 303
    assert len(desk.browser.get(desk.download()).data) == LARGEST_FILE


def test_far_too_much_is_not_even_read(desk: Desk) -> None:
    answer = desk.brings(b"a" * (READ_PAST * LARGEST_FILE))
    assert answer.status_code == 413
    assert "This is too large" in words(answer)


def test_a_file_touches_no_disk_and_no_more_than_is_asked_for_is_kept(desk: Desk, web: Flask) -> None:
    kept: list[Any] = []

    def look(*_: Any) -> None:
        kept.extend((type(file.stream).__mro__, len(file.stream.read())) for file in request.files.values())
        request.files["file"].stream.seek(0)

    web.before_request_funcs.setdefault("attachments", []).append(look)
    try:
        desk.brings(b"a" * (2 * LARGEST_FILE))
    finally:
        web.before_request_funcs["attachments"].remove(look)
    ((made_of, size),) = kept
    assert BytesIO in made_of
    assert size == LARGEST_FILE + 1


@pytest.mark.parametrize("field", ["description", "once", "csrf_token", "other"])
def test_a_file_in_another_field_is_refused(desk: Desk, field: str) -> None:
    form = desk.form(b"letter") | {field: (BytesIO(b"x"), "x.txt")}
    assert desk.browser.client.post(desk.new, data=form).status_code == 400
    form = desk.browser.form(desk.new) | {"file": [(BytesIO(b"x"), "x.txt"), (BytesIO(b"y"), "y.txt")]}
    assert desk.browser.client.post(desk.new, data=form).status_code == 400
    assert desk.rows() == []


def test_no_other_address_takes_one_or_a_larger_form(desk: Desk) -> None:
    address = f"{desk.page}/needs/new"
    form = desk.browser.form(address) | {"service_type": "food", "priority": "low"}
    answers = [
        desk.browser.client.post(address, data=form | {"file": (BytesIO(content), "x.txt")}).status_code
        for content in (b"x", b"x" * 1_000_001)
    ]
    assert answers == [400, 413]


@pytest.mark.parametrize("size", [10, 1_000_001])
def test_of_what_somebody_sends_who_is_not_signed_in_no_form_is_made(
    desk: Desk, site: Site, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FilesInMemory, "_load_form_data", lambda _: pytest.fail("it was looked into"))
    sent = {"content_type": "multipart/form-data; boundary=x", "content_length": size}
    answer = site.browser(None).client.post(desk.new, input_stream=BytesIO(b"x" * size), **sent)
    assert (answer.status_code, answer.location) == (302, "/sign-in")


def test_when_the_session_is_over_what_was_typed_is_kept_and_the_file_is_not(desk: Desk) -> None:
    form = desk.form(b"a" * 2_000_000, description="From the court.")
    desk.site.node.pass_time(minutes=IDLE.total_seconds() / 60 + 1)

    answer = desk.browser.client.post(desk.new, data=form)
    assert answer.location == f"/sign-in?next={desk.new}"
    (kept,) = desk.site.node.rows(kept_forms)
    assert len(kept["sealed"]) < 1_000
    desk.browser.signs_in("olena")
    page = desk.browser.get(desk.new)

    assert "The file itself was not kept. Choose it again." in words(page)
    assert "From the court." in text(page)
    assert desk.rows() == []


def test_sent_twice_it_is_there_once_and_another_file_is_another(desk: Desk) -> None:
    form = desk.browser.form(desk.new)
    for content in (b"one", b"one", b"two"):
        data = form | {"file": (BytesIO(content), "a.txt")}
        status = desk.browser.client.post(desk.new, data=data).status_code
        assert status == (409 if content == b"two" else 303)
    assert len(desk.rows()) == 1


def test_of_an_erased_one_nothing_is_had(desk: Desk) -> None:
    desk.brings(b"letter")
    address = desk.download()
    close_case(desk.site.node.database, desk.case.id, "other", WORKER)
    assert "letter.txt" in desk.browser.text(desk.page)
    assert f"{address}/remove" not in desk.browser.text(desk.page)
    erase_case(desk.site.node.database, desk.case.reference)

    assert desk.browser.get(address).status_code == 404
    assert desk.browser.get(f"{address}/remove").status_code == 404
    assert "letter.txt" not in desk.browser.text(desk.page)


def test_by_way_of_another_case_it_is_not_there(desk: Desk) -> None:
    desk.brings(b"letter")
    _, other = desk.site.node.has_case()
    elsewhere = desk.download().replace(str(desk.case.id), str(other.id))
    for address in (elsewhere, f"{elsewhere}/remove", f"{desk.page}/files/{UUID(int=1)}"):
        assert desk.browser.get(address).status_code == 404


@pytest.mark.parametrize("language", ["ru", "be", "uk"])
def test_sizes_and_refusals_are_in_the_language_of_who_reads(desk: Desk, language: str) -> None:
    desk.brings(b"a" * 1_200_000)
    desk.browser.speaks(language)
    assert "1,2 МБ" in words(desk.browser.get(desk.page))
    assert "larger than" not in words(desk.brings(b"a" * (LARGEST_FILE + 1)))
