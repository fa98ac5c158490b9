"""A file that lies with a case: which kinds there are, what it is called, and how much there may be."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

LARGEST_FILE = 10_000_000  #: bytes
LARGEST_CASE = 100_000_000  #: bytes of all files of a case
MOST_FILES = 200  #: of a case
LONGEST_NAME = 120  #: characters before the ending


class FileKind(StrEnum):
    """The kinds of files that are taken."""

    PDF = "pdf"
    JPEG = "jpeg"
    PNG = "png"
    TEXT = "text"
    ODT = "odt"
    ODS = "ods"
    DOCX = "docx"
    XLSX = "xlsx"


PICTURES = frozenset({FileKind.JPEG, FileKind.PNG})  #: which are drawn anew
TELLING = frozenset(FileKind) - PICTURES - {FileKind.TEXT}  #: in which may stand who wrote them, and when
ENDINGS: Mapping[FileKind, tuple[str, ...]] = {
    kind: (kind.value,) for kind in FileKind if kind is not FileKind.TEXT
} | {FileKind.JPEG: ("jpg", "jpeg"), FileKind.TEXT: ("txt", "csv", "md")}  #: the first is the usual one

_NOT_IN_NAMES = re.compile(r'[<>:"|?*]')
_EDGES = ". "


@dataclass(frozen=True)
class Attachment:
    """A file of a case without its bytes, of which there are ``size``; ``by`` brought it.

    ``missing`` says why nothing is known of it any more: ``erased`` or ``unreadable``.
    """

    id: UUID
    person_id: UUID
    case_id: UUID
    at: datetime
    by: str
    size: int
    name: str = ""
    kind: FileKind | None = None
    description: str | None = None
    missing: str | None = None


def clean_name(given: str, kind: FileKind) -> str:
    """What the file is called from now on: no path, no control signs, and an ending that fits its kind."""
    last = re.split(r"[/\\]", given)[-1]
    printed = "".join(" " if unicodedata.category(sign) in ("Cc", "Cs") else sign for sign in last)
    words = " ".join(_NOT_IN_NAMES.sub("_", printed).split()).strip(_EDGES)
    stem, _, ending = words.rpartition(".")
    if ending.lower() not in ENDINGS[kind]:
        stem, ending = words, ENDINGS[kind][0]
    return f"{stem[:LONGEST_NAME].strip(_EDGES) or 'file'}.{ending.lower()}"
