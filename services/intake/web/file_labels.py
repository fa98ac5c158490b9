"""What the kinds of files are called, and what to do about one that is refused."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from services.intake.domain import FileKind

FILE_KINDS: Mapping[str, Any] = {kind: kind.upper() for kind in FileKind} | {FileKind.TEXT: _l("text")}
FILE_SENTENCES: Mapping[str, Any] = {
    "file_empty": _l("There is nothing in this file. Choose another one."),
    "file_too_large": _l("This file is larger than 10 MB. Make it smaller, or divide it."),
    "file_kind": _l(
        "Files of this kind are not taken, whatever they are called. Taken are PDF, JPEG, PNG, text in UTF-8, ODT, "
        "ODS, DOCX and XLSX."
    ),
    "file_active": _l(
        "There is something in this file that could run when it is opened: a script, a macro, or a web page. Save it "
        "without that, for example as PDF."
    ),
    "file_bomb": _l("Far too much is packed into this file. It was not opened."),
    "picture_too_large": _l("This picture has more than 50 million pixels. Make it smaller."),
    "picture_broken": _l("This picture cannot be read. Open it, save it anew, and choose it again."),
    "case_full": _l(
        "This case has no room for it: all its files may have 100 MB, and there may be 200. Remove one first."
    ),
    "legal_hold": _l("A legal hold is on this case. Nothing of it may be removed."),
}
