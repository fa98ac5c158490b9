"""Files and folders that are whole or not there: whoever dies while writing leaves what was there before."""

import errno
import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PRIVATE = 0o600  #: its owner's alone
PUBLIC = 0o666  #: as far as the user's umask allows


def write_new(path: Path, content: bytes, *, rights: int = PRIVATE) -> None:
    """Write a file, its owner's alone from the first byte; raises FileExistsError rather than replace one."""
    with _turn_in(path.parent):
        if os.path.lexists(path):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
        _write_beside(path, content, rights).replace(path)


def replace(path: Path, content: bytes, *, rights: int = PRIVATE) -> None:
    """Write a file, which takes the place of one that is there in one step."""
    with _turn_in(path.parent):
        _write_beside(path, content, rights).replace(path)


def give_to_owner_of(folder: Path, path: Path) -> None:
    """What root makes for a service that runs as somebody else: it belongs to whom the folder belongs to."""
    if os.geteuid() == 0:
        there = folder.stat()
        os.chown(path, there.st_uid, there.st_gid)


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """A folder to fill, its owner's alone, which has its name once it is filled. What an earlier one left is removed.

    Raises FileExistsError when the name is taken.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.new")
    with _turn_in(path.parent):
        if os.path.lexists(path):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
        shutil.rmtree(beside, ignore_errors=True)
        beside.mkdir(mode=0o700)
        yield beside
        beside.rename(path)


@contextmanager
def _turn_in(folder: Path) -> Iterator[None]:
    """One process at a time; what was done in the folder is on the disk at the end."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write_beside(path: Path, content: bytes, rights: int) -> Path:
    """The whole of it on the disk, under a name that nobody reads; what is left of an earlier one is removed."""
    beside = path.with_name(f"{path.name}.new")
    beside.unlink(missing_ok=True)
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, rights), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return beside
