"""A picture drawn anew: what is seen on it stays, and where, when and with what it was taken is gone."""

import struct
import warnings
import zlib
from io import BytesIO
from threading import Lock
from typing import Any

from PIL import Image, ImageOps

from services.intake.domain import FileKind
from services.intake.usecases.checks import Wrong

MOST_PIXELS = 50_000_000  #: which take some 150 MB while they are drawn
HOW: dict[str, dict[str, Any]] = {FileKind.JPEG: {"quality": 90}, FileKind.PNG: {}}
BROKEN = (OSError, SyntaxError, ValueError, EOFError, TypeError, IndexError, struct.error, zlib.error)

_one_at_a_time = Lock()
warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # the size is looked at here, before decoding


def drawn_anew(content: bytes, kind: FileKind) -> bytes:
    """The same picture, upright, without anything beside it: no EXIF, no place, no comment, no second picture.

    Raises Wrong: ``picture_too_large`` before anything is decoded, or ``picture_broken``.
    """
    with _one_at_a_time:
        try:
            with Image.open(BytesIO(content), formats=[kind.upper()]) as picture:
                return _drawn(picture, kind)
        except Image.DecompressionBombError:
            raise Wrong("picture_too_large") from None
        except BROKEN:
            raise Wrong("picture_broken") from None


def _drawn(picture: Image.Image, kind: FileKind) -> bytes:
    if picture.width * picture.height > MOST_PIXELS:
        raise Wrong("picture_too_large")
    plain = ImageOps.exif_transpose(picture).convert(_mode(picture, kind))
    plain.info = {}
    drawn = BytesIO()
    plain.save(drawn, format=kind.upper(), **HOW[kind])
    return drawn.getvalue()


def _mode(picture: Image.Image, kind: FileKind) -> str:
    if kind is FileKind.PNG and picture.has_transparency_data:
        return "RGBA"
    return "L" if picture.mode in ("1", "L") else "RGB"
