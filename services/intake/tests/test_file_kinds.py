"""What a file is: told by what is in it; what could act is refused; a picture tells nothing but what is seen on it."""

from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from services.intake.domain import FileKind
from services.intake.domain.attachment import LARGEST_FILE, clean_name
from services.intake.tests.files import (
    HTML,
    PDF,
    PLACE,
    SHEET,
    SVG,
    WORD,
    drawing,
    endless_png,
    office,
    open_document,
    packed,
    photograph,
)
from services.intake.usecases import file_kinds, pictures
from services.intake.usecases.attachments import taken
from services.intake.usecases.refusals import Invalid

TAKEN: dict[str, bytes] = {
    "pdf": PDF,
    "jpeg": photograph(),
    "png": drawing(),
    "text": "Пісьмо, two < three\r\n".encode(),
    "odt": open_document("text"),
    "ods": open_document("spreadsheet"),
    "docx": office(WORD, "word/document.xml"),
    "xlsx": office(SHEET, "xl/workbook.xml"),
}
REFUSED: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "file_empty"),
    "one byte too many": (b"a" * (LARGEST_FILE + 1), "file_too_large"),
    "a program": (b"MZ\x90\x00" + b"\0" * 100, "file_kind"),
    "a GIF": (b"GIF89a" + b"\0" * 100, "file_kind"),
    "old Word": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100, "file_kind"),
    "not UTF-8": ("Письмо".encode("cp1251"), "file_kind"),
    "UTF-16": ("letter".encode("utf-16"), "file_kind"),
    "rich text": (b"{\\rtf1 \\object}", "file_kind"),
    "SVG": (SVG, "file_active"),
    "SVG without a head": (b"  <svg onload='alert(1)'>", "file_active"),
    "HTML": (HTML, "file_active"),
    "HTML further down": (b"Dear friend,\n<SCRIPT src=x>", "file_active"),
    "a script": (b"#!/bin/sh\nrm -r /", "file_active"),
    "a PDF with a script": (PDF + b"<< /S /JavaScript /JS (app.alert(1)) >>", "file_active"),
    "macros in Word": (office(WORD, "word/vbaProject.bin"), "file_active"),
    "macros by their type": (office("word.document.macroEnabled.main+xml"), "file_active"),
    "old macros in Excel": (office(SHEET, "xl/macrosheets/sheet1.xml"), "file_active"),
    "macros in OpenDocument": (open_document("text", "Basic/Standard/Module1.xml"), "file_active"),
    "a program in Word": (office(WORD, "word/embeddings/oleObject1.bin"), "file_active"),
    "a presentation": (office("presentationml.presentation.main+xml"), "file_kind"),
    "an archive": (packed(letter=b"x"), "file_kind"),
    "half an archive": (office(WORD)[:40], "file_kind"),
    "20,000 by 20,000": (endless_png(), "picture_too_large"),
    "10,000 by 10,000": (endless_png(10_000, 10_000), "picture_too_large"),
    "half a picture": (photograph(400, 400)[:600], "picture_broken"),
    "a head and nothing": (b"\xff\xd8\xff", "picture_broken"),
}


@pytest.mark.parametrize(("kind", "content"), TAKEN.items(), ids=TAKEN)
def test_what_is_taken(kind: str, content: bytes) -> None:
    found = taken("letter.exe", content)
    assert found.kind == kind
    assert (found.content == content) is (kind not in ("jpeg", "png"))


@pytest.mark.parametrize(("content", "code"), REFUSED.values(), ids=REFUSED)
@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_what_is_refused_whatever_it_is_called(content: bytes, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        taken("letter.pdf", content)
    assert refused.value.errors == {"file": code}


def test_the_largest_file_is_taken() -> None:
    assert len(taken("a.txt", b"a" * LARGEST_FILE).content) == LARGEST_FILE


def test_a_picture_that_is_too_large_is_not_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    def decode(*_: Any) -> None:
        pytest.fail("it was decoded")

    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", decode)
    with pytest.raises(Invalid, match="picture_too_large"):
        taken("a.png", endless_png(8_000, 8_000))


def test_a_bomb_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_kinds, "LARGEST_UNPACKED", 1_000_000)
    monkeypatch.setattr(file_kinds, "_read", lambda *_: pytest.fail("it was unpacked"))
    for bomb in (packed(mimetype=b"\0" * 1_000_001), packed(**{f"a{n}": b"" for n in range(5_001)})):
        with pytest.raises(Invalid) as refused:
            taken("a.odt", bomb)
        assert refused.value.errors == {"file": "file_bomb"}


def test_where_when_and_by_whom_a_picture_was_taken_is_gone_and_it_stands_upright() -> None:
    given = photograph()
    assert Image.open(BytesIO(given)).getexif().get_ifd(PLACE)
    assert b"Secret" in given

    kept = taken("a.jpg", given + b"PK\x03\x04 and a tail").content

    picture = Image.open(BytesIO(kept))
    assert picture.size == (20, 40)
    assert not dict(picture.getexif())
    assert "comment" not in picture.info
    assert not [words for words in (b"Exif", b"Secret", b"tail") if words in kept]
    upper, lower = (picture.getpixel((10, y)) for y in (2, 38))
    assert isinstance(upper, tuple)
    assert isinstance(lower, tuple)
    assert upper[1] < 100 < lower[1]  # red is above now


@pytest.mark.parametrize("mode", ["RGBA", "RGB", "L", "1", "P", "LA", "I;16"])
def test_words_beside_a_png_are_gone(mode: str) -> None:
    given = drawing(mode)
    assert b"Secret author" in given

    kept = taken("a.png", given).content

    assert b"Secret" not in kept
    assert Image.open(BytesIO(kept)).mode in ("RGBA", "RGB", "L")


def test_pictures_are_drawn_one_at_a_time_also_after_a_broken_one() -> None:
    with pytest.raises(Invalid):
        taken("a.png", endless_png())
    assert pictures.drawn_anew(drawing(), FileKind.PNG)


NAMES = {
    "../../x": "x.txt",
    "..": "file.txt",
    "": "file.txt",
    "C:\\fakepath\\letter.txt": "letter.txt",
    "a\r\nSet-Cookie: b\x00.txt": "a Set-Cookie_ b.txt",
    "letter.html": "letter.html.txt",
    "LETTER.TXT": "LETTER.txt",
    'a"b|c?.txt': "a_b_c_.txt",
    ".txt": "file.txt",
    "Ліст ад маці.txt": "Ліст ад маці.txt",
    "x" * 500 + ".txt": "x" * 120 + ".txt",
    "a\u202etxt.exe": "a\u202etxt.exe.txt",
}


@pytest.mark.parametrize(("given", "clean"), NAMES.items())
def test_a_name_leads_nowhere_and_says_the_kind(given: str, clean: str) -> None:
    assert clean_name(given, FileKind.TEXT) == clean
