"""Files of root keys: each is held by another person, off line, and signs versions of the register."""

import base64
import json
import stat
from pathlib import Path

from shared import files
from shared.sealing import KeyFileUnusable, SigningKey


def write_root_key(path: Path, root: SigningKey) -> None:
    """Write a new one, readable by its owner only; raises FileExistsError rather than replace one."""
    files.write_new(path, json.dumps({"root": base64.b64encode(root.raw).decode()}).encode())


def read_root_key(path: Path) -> SigningKey:
    """The key of that file; raises KeyFileUnusable with the remedy."""
    try:
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise KeyFileUnusable(f"{path} can be read by others: run chmod 600 {path}")
        root = SigningKey(base64.b64decode(json.loads(path.read_text())["root"], validate=True))
        _ = root.public
    except OSError as error:
        raise KeyFileUnusable(f"{path}: {error.strerror}") from None
    except (ValueError, KeyError, TypeError):
        raise KeyFileUnusable(
            f"{path} is no file of a root key: use the copy that you keep elsewhere"
        ) from None
    return root
