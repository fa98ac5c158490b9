"""The files of this project, as the architecture tests read them."""

from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
NOT_OURS = {"__pycache__", "build", "dist", "test-results"}  #: made, not written
HIDDEN_BUT_OURS = {".ci"}


def files(*patterns: str) -> list[Path]:
    """Every file of the project whose name matches one of the patterns, in order."""
    return [path for path in _below(ROOT) if any(path.match(pattern) for pattern in patterns)]


def short(path: Path) -> str:
    """The file's name as one says it in this project."""
    return path.relative_to(ROOT).as_posix()


def _below(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.is_file():
            yield path
        elif path.is_dir() and _is_ours(path.name):
            yield from _below(path)


def _is_ours(folder: str) -> bool:
    if folder.startswith("."):
        return folder in HIDDEN_BUT_OURS
    return folder not in NOT_OURS and not folder.endswith(".egg-info")
