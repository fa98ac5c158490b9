"""PostgreSQL as its image starts it the first time: a cluster with the options of the compose file, then the server."""

import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shared.programs import need_program
from shared.testing.private_postgres import FOLDERS, _owner

USER = "postgres"  #: the administrator of the image


@dataclass(frozen=True)
class Cluster:
    """Where it lies, apart from what only we may read; who it runs as; how it is started and asked."""

    folder: Path
    owner: dict[str, Any]
    server: list[str]
    is_ready: list[str]


def make_cluster(options: Sequence[str], password: str, words: Sequence[str]) -> Cluster:
    """A cluster whose data and sockets lie in a folder of their own, and the server's whole command."""
    folder = Path(tempfile.mkdtemp(prefix="throughline-deployed-"))
    for name in ("data", "sockets"):
        (folder / name).mkdir(mode=0o700)
        _owner(folder / name)
    (folder / "password").write_text(password, "utf-8")
    _owner(folder / "password")
    owner = _owner(folder)
    as_told = [*options, f"--username={USER}", f"--pwfile={folder / 'password'}", "--no-sync"]
    subprocess.run(
        [_program("initdb"), "-D", folder / "data", *as_told],
        cwd=folder,
        check=True,
        stdout=subprocess.DEVNULL,
        **owner,
    )
    server, *more = words
    places = ["-D", str(folder / "data"), "-k", str(folder / "sockets")]
    ready = [_program("pg_isready"), "--quiet", "--host", str(folder / "sockets")]
    return Cluster(folder, owner, [_program(server), *more, *places], ready)


def _program(name: str) -> str:
    return need_program(name, *FOLDERS, package="postgresql")
