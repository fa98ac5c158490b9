"""Opens what a partner sends, a file, a folder or a zip, within limits and without writing to disk."""

import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath
from typing import IO

from services.referral.hsds.problems import Findings, printable

MAX_FILE = 10 * 1024**2
MAX_PACKAGE = 50 * 1024**2
MAX_FILES = 200
TOO_LARGE = "The file is over 10 MB."
TOO_MUCH = "The package is over 50 MB or 200 files when unpacked."
UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError)


@dataclass(frozen=True)
class Source:
    """One file: its path inside the package, and its bytes (10 MB at most)."""

    path: str
    content: bytes

    @property
    def name(self) -> str:
        """The path, safe to show to a person."""
        return printable(self.path)

    @property
    def base(self) -> str:
        """The last part of the path in lower case, whichever system wrote it."""
        return PureWindowsPath(self.path).name.lower()


def sources(path: Path, findings: Findings) -> Iterator[Source]:
    """Every readable file at `path`; what cannot be read is a problem, never an exception."""
    try:
        if path.is_dir():
            yield from _folder(path, findings)
        elif path.is_file() and path.suffix.lower() == ".zip":
            yield from _zip(path, findings)
        else:
            yield from _file(path, findings)
    except OSError as error:
        findings.fatal(printable(path.name), f"This cannot be read ({type(error).__name__}).")


def _folder(path: Path, findings: Findings) -> Iterator[Source]:
    children = sorted(path.iterdir())
    if _too_much([child.stat().st_size for child in children if child.is_file()]):
        findings.fatal(printable(path.name), TOO_MUCH)
        return
    for child in children:
        if child.is_dir():
            findings.note(printable(child.name), None, "Folders inside a folder are not read.")
        else:
            yield from _file(child, findings)


def _too_much(sizes: list[int]) -> bool:
    return len(sizes) > MAX_FILES or sum(sizes) > MAX_PACKAGE


def _file(path: Path, findings: Findings) -> Iterator[Source]:
    if not path.is_file():
        findings.fatal(printable(path.name), "There is no plain file of this name.")
        return
    with path.open("rb") as stream:
        yield from _limited(path.name, stream, findings)


def _limited(path: str, stream: IO[bytes], findings: Findings) -> Iterator[Source]:
    content = stream.read(MAX_FILE + 1)
    if len(content) > MAX_FILE:
        findings.fatal(printable(path), TOO_LARGE)
    else:
        yield Source(path, content)


def _zip(path: Path, findings: Findings) -> Iterator[Source]:
    """Judge sizes before unpacking: that never gives more than a member says it holds."""
    name = printable(path.name)
    if path.stat().st_size > MAX_FILE:
        findings.fatal(name, TOO_LARGE)
        return
    try:
        with zipfile.ZipFile(path) as archive:
            yield from _members(archive, name, findings)
    except (zipfile.BadZipFile, NotImplementedError):
        findings.fatal(name, "This is not a zip file, or it is damaged.")


def _members(archive: zipfile.ZipFile, name: str, findings: Findings) -> Iterator[Source]:
    members = [member for member in archive.infolist() if not member.is_dir()]
    refusals = [(member, reason) for member in members if (reason := _refusal(member))]
    for member, reason in refusals:
        findings.fatal(printable(member.filename), reason)
    if _too_much([member.file_size for member in members]):
        findings.fatal(name, TOO_MUCH)
    elif not refusals:
        for member in members:
            yield from _unpacked(archive, member, findings)


def _unpacked(archive: zipfile.ZipFile, member: zipfile.ZipInfo, findings: Findings) -> list[Source]:
    try:
        with archive.open(member) as stream:
            return list(_limited(member.filename, stream, findings))
    except UNREADABLE:
        findings.fatal(printable(member.filename), "This file is damaged inside the zip.")
        return []


def _refusal(member: zipfile.ZipInfo) -> str | None:
    if _leaves(member.orig_filename):
        return "The name leads out of the package."
    if member.flag_bits & 1:
        return "The file is encrypted inside the zip."
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "The file is packed in a way that is not read here."
    return None


def _leaves(path: str) -> bool:
    parts = PureWindowsPath(path)
    return bool(parts.anchor) or ".." in parts.parts or "\0" in path
