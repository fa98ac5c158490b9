"""A backup file: files and their manifest as one archive, sealed, and opened again before it has its name."""

import fcntl
import os
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pyrage.x25519 import Identity

from deploy.backup import age
from deploy.backup.errors import BackupUnusable
from deploy.backup.manifest import FILE, Manifest, hash_of, read_manifest

SCRATCH = (
    ".throughline"  #: a folder of our own beside what is made; what an earlier one left in it is removed
)
PACKED, SEALED, AGAIN = "packed.zip", "sealed.age", "again.zip"


@contextmanager
def scratch(folder: Path) -> Iterator[Path]:
    """A place of our own in the folder, empty, its owner's alone, and gone at the end; one process at a time."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    place = folder / SCRATCH
    descriptor = _turn_in(place)
    try:
        for left in place.iterdir():
            left.unlink()
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)
        os.close(descriptor)


def _turn_in(place: Path) -> int:
    """The lock of that folder, made if it is not there; who had it before may have removed it meanwhile."""
    while True:
        place.mkdir(mode=0o700, exist_ok=True)
        descriptor = os.open(place, os.O_RDONLY | os.O_DIRECTORY)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        if place.exists() and os.path.samestat(os.fstat(descriptor), place.stat()):
            return descriptor
        os.close(descriptor)


def pack(place: Path, manifest: Manifest, target: Path, recipients: list[str]) -> None:
    """Seal what lies in ``place`` for the recipients; the file has its name once it was opened again and is the same.

    To open it, it is sealed to a key besides that is made for this and forgotten.
    """
    manifest.write(place)
    with zipfile.ZipFile(place / PACKED, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in (FILE, *manifest.files):
            packed.write(place / name, name)
    once = Identity.generate()
    age.seal(place / PACKED, place / SEALED, recipients, once.to_public())
    age.unseal(place / SEALED, place / AGAIN, [once])
    if hash_of(place / AGAIN) != hash_of(place / PACKED):
        raise BackupUnusable("what was written is not what is read again: look at the disk, then try again")
    _keep(place / SEALED, target)


def unpack(file: Path, place: Path, identities: list[Identity], *, org: str) -> Manifest:
    """Open a backup into ``place``; raises BackupUnusable for what is damaged, another's, or for others."""
    age.unseal(file, place / PACKED, identities)
    try:
        with zipfile.ZipFile(place / PACKED) as packed:
            for name in packed.namelist():
                if Path(name).name == name:
                    packed.extract(name, place)
    except zipfile.BadZipFile:
        raise BackupUnusable(
            f"{file} is no backup of a node: name a file that throughline backup made"
        ) from None
    (place / PACKED).unlink()
    return read_manifest(place, org=org)


def _keep(made: Path, target: Path) -> None:
    made.chmod(0o600)
    to_disk(made)
    made.replace(target)
    to_disk(target.parent)


def to_disk(path: Path) -> None:
    """Return when what was written to the file, or done in the folder, is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)
