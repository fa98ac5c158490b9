"""What a backup says of itself, and what must be true of it before anybody uses it."""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from deploy.backup.errors import BackupUnusable

FORMAT = 1
FILE = "manifest.json"
PIECE = 1_048_576  #: bytes read at once
DATA, KEYS = "data", "keys"


@dataclass(frozen=True)
class Manifest:
    """``kind`` is data or keys, ``tables`` how many rows each has, ``files`` the SHA-256 of each.

    ``made_at`` is a moment in ISO 8601, ``engine`` and ``revision`` are empty for keys.
    """

    kind: str
    org: str
    version: str
    made_at: str
    files: dict[str, str]
    engine: str = ""
    revision: str = ""
    tables: dict[str, int] | None = None
    format: int = FORMAT

    def write(self, folder: Path) -> None:
        """Beside the files that it is about."""
        (folder / FILE).write_text(json.dumps(asdict(self), indent=1) + "\n", "utf-8")


def hash_of(path: Path) -> str:
    """SHA-256 in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            digest.update(piece)
    return digest.hexdigest()


def read_manifest(folder: Path, *, org: str) -> Manifest:
    """The manifest of an opened backup; raises BackupUnusable for another's, a newer one, or files that differ."""
    try:
        told = json.loads((folder / FILE).read_text("utf-8"))
        if told["format"] > FORMAT:
            raise BackupUnusable(
                f"it was made by a newer version ({told['version']}): install that version, and restore with it"
            )
        manifest = Manifest(**told)
    except (OSError, ValueError, KeyError, TypeError):
        raise BackupUnusable("it is no backup of a node: name a file that throughline backup made") from None
    if manifest.org != org:
        raise BackupUnusable(
            f"it is a backup of {manifest.org}, and THROUGHLINE_ORG says {org}: check which is right"
        )
    for name, hash_ in manifest.files.items():
        if not (folder / name).is_file() or hash_of(folder / name) != hash_:
            raise BackupUnusable(
                f"{name} in it is not what was put in: take another copy, or an older backup"
            )
    return manifest
