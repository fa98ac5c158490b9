"""What a file is by what is in it, whatever it is called. What could act when somebody opens it is refused."""

import re
import struct
import zlib
from collections.abc import Callable, Mapping
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

from services.intake.domain import FileKind
from services.intake.usecases.checks import Wrong

MOST_PARTS = 5_000  #: of an office file
LARGEST_UNPACKED = 200_000_000  #: bytes that all its parts say they have
LARGEST_READ = 1_000_000  #: bytes of the one part that is read
LIST_OF_PARTS = "[Content_Types].xml"
OPEN_DOCUMENT = {
    b"application/vnd.oasis.opendocument.text": FileKind.ODT,
    b"application/vnd.oasis.opendocument.spreadsheet": FileKind.ODS,
}
OPEN_XML = {
    b"wordprocessingml.document.main+xml": FileKind.DOCX,
    b"spreadsheetml.sheet.main+xml": FileKind.XLSX,
}
ACTING_PART = re.compile(
    r"vbaproject|vbadata|macrosheets/|activex|oleobject|^basic/|^scripts/|\.(exe|dll|scr|js|vbs|bat|cmd|ps1|hta|jar)$"
)
ACTING_TEXT = re.compile(
    r"^\s*(#!|<\?|<!)|<\s*(script|html|head|body|svg|iframe|object|embed|img|link|meta|style|form|base|\?php)\b",
    re.IGNORECASE,
)
ACTING_IN_PDF = (b"/JavaScript", b"/Launch")
OTHER_TEXT = ("{\\rtf", "%!PS")  #: which readers take for more than text
NOT_IN_TEXT = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
NO_ARCHIVE = (
    BadZipFile,
    EOFError,
    KeyError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
    struct.error,
    zlib.error,
)


def kind_of(content: bytes) -> FileKind:
    """The kind of file that this is; raises Wrong: ``file_empty``, ``file_kind``, ``file_active`` or ``file_bomb``."""
    if not content:
        raise Wrong("file_empty")
    for begins, look in BEGINNINGS.items():
        if content.startswith(begins):
            return look(content)
    return _text(content)


def _text(content: bytes) -> FileKind:
    try:
        said = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Wrong("file_kind") from None
    if NOT_IN_TEXT.search(said) or said.lstrip().startswith(OTHER_TEXT):
        raise Wrong("file_kind")
    if ACTING_TEXT.search(said):
        raise Wrong("file_active")
    return FileKind.TEXT


def _pdf(content: bytes) -> FileKind:
    """What is packed within it is not looked at: a reader must be one that asks before it acts."""
    if any(name in content for name in ACTING_IN_PDF):
        raise Wrong("file_active")
    return FileKind.PDF


def _office(content: bytes) -> FileKind:
    if content.count(b"PK\x01\x02") > MOST_PARTS:
        raise Wrong("file_bomb")
    try:
        with ZipFile(BytesIO(content)) as packed:
            return _packed(packed)
    except NO_ARCHIVE:
        raise Wrong("file_kind") from None


def _packed(packed: ZipFile) -> FileKind:
    """By the list of its parts; one small part is unpacked, none of the others."""
    parts, names = packed.infolist(), set(packed.namelist())
    if sum(part.file_size for part in parts) > LARGEST_UNPACKED:
        raise Wrong("file_bomb")
    is_strange = any(
        part.flag_bits & 1 or part.compress_type not in (ZIP_STORED, ZIP_DEFLATED) for part in parts
    )
    if is_strange or len(names) < len(parts):
        raise Wrong("file_kind")
    if any(ACTING_PART.search(name.lower()) for name in names):
        raise Wrong("file_active")
    if "mimetype" in names:
        return OPEN_DOCUMENT[_read(packed, "mimetype").strip()]
    return _open_xml(_read(packed, LIST_OF_PARTS))


def _read(packed: ZipFile, name: str) -> bytes:
    with packed.open(name) as part:
        return part.read(LARGEST_READ)


def _open_xml(parts: bytes) -> FileKind:
    if b"macroenabled" in parts.lower():
        raise Wrong("file_active")
    found = [kind for mark, kind in OPEN_XML.items() if mark in parts]
    if len(found) != 1:
        raise Wrong("file_kind")
    return found[0]


BEGINNINGS: Mapping[bytes, Callable[[bytes], FileKind]] = {
    b"%PDF-": _pdf,
    b"\xff\xd8\xff": lambda _: FileKind.JPEG,
    b"\x89PNG\r\n\x1a\n": lambda _: FileKind.PNG,
    b"PK\x03\x04": _office,
}
