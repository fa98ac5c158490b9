"""Files for tests: good ones of each kind, and such as nobody should bring."""

import struct
import zlib
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

from PIL import Image

PLACE = 0x8825  #: EXIF's tag of the block that says where a picture was taken
UPRIGHT = 0x0112  #: its tag of how a picture is to be turned
WORD = "wordprocessingml.document.main+xml"
SHEET = "spreadsheetml.sheet.main+xml"
PDF = b"%PDF-1.7\n1 0 obj << /Type /Catalog >> endobj\n%%EOF\n"
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"\xef\xbb\xbf <!doctype html><title>Letter</title>"


def packed(**parts: bytes) -> bytes:
    """An archive with these parts."""
    written = BytesIO()
    with ZipFile(written, "w", ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return written.getvalue()


def office(main: str, *more: str) -> bytes:
    """An office file of Open XML whose main part is of that type, with further parts of these names."""
    types = f'<Types><Override ContentType="application/vnd.openxmlformats-officedocument.{main}"/></Types>'
    return packed(**{"[Content_Types].xml": types.encode()} | dict.fromkeys(more, b"x"))


def open_document(kind: str, *more: str) -> bytes:
    """A file of OpenDocument."""
    mimetype = f"application/vnd.oasis.opendocument.{kind}".encode()
    return packed(**{"mimetype": mimetype} | dict.fromkeys(more, b"x"))


def photograph(width: int = 40, height: int = 20) -> bytes:
    """A JPEG that lies on its side, red at its left end, and says where and by whom it was taken."""
    picture = Image.new("RGB", (width, height), "white")
    picture.paste("red", (0, 0, width // 4, height))
    exif = Image.Exif()
    exif[UPRIGHT] = 6
    exif[PLACE] = {1: "N", 2: (53.0, 54.0, 8.0)}
    exif[0x010E] = "Secret shelter"
    written = BytesIO()
    picture.save(written, "JPEG", exif=exif, comment=b"Secret comment")
    return written.getvalue()


def drawing(mode: str = "RGBA") -> bytes:
    """A PNG with words beside the picture."""
    from PIL.PngImagePlugin import PngInfo

    words = PngInfo()
    words.add_text("Author", "Secret author")
    written = BytesIO()
    Image.new(mode, (8, 8)).save(written, "PNG", pnginfo=words)
    return written.getvalue()


def endless_png(width: int = 20_000, height: int = 20_000) -> bytes:
    """A PNG of a few bytes that says it is that large."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(b"\0" * 1000)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(part)) + name + part + struct.pack(">I", zlib.crc32(name + part))
        for name, part in parts
    )
