"""A disk that loses power: SQLite's files through a VFS that knows which writes were made durable, and which not."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import apsw

KEPT = 0.5  #: of the writes that were not durable, those that reached the disk all the same, in any order
TORN = 0.3  #: of these, those of which only the beginning did
NEVER_KEPT = "-shm"  #: SQLite makes it anew


@dataclass(frozen=True)
class Write:
    """Bytes at an offset; with None for bytes the file is cut off there."""

    offset: int
    data: bytes | None

    def onto(self, image: bytearray) -> None:
        """As the disk does it."""
        if self.data is None:
            del image[self.offset :]
            return
        image.extend(b"\0" * (self.offset + len(self.data) - len(image)))
        image[self.offset : self.offset + len(self.data)] = self.data

    def torn(self, dice: random.Random) -> "Write":
        """Perhaps only the beginning of it."""
        if self.data is None or dice.random() > TORN:
            return self
        return Write(self.offset, self.data[: dice.randrange(len(self.data) + 1)])


@dataclass
class Image:
    """What of a file is durable, and what was written since it last was."""

    durable: bytearray = field(default_factory=bytearray)
    since: list[Write] = field(default_factory=list)

    def make_durable(self) -> None:
        """All that was written is."""
        for write in self.since:
            write.onto(self.durable)
        self.since.clear()

    def after_a_cut(self, dice: random.Random) -> bytes:
        """What is found when the power is back."""
        found = bytearray(self.durable)
        for write in self.since:
            if dice.random() < KEPT:
                write.torn(dice).onto(found)
        return bytes(found)

    def copy(self) -> "Image":
        """As it is at this moment."""
        return Image(bytearray(self.durable), list(self.since))


Cut = dict[str, Image]  #: a moment: every file by its path


class LossyDisk(apsw.VFS):  # type: ignore[misc]
    """Registered with SQLite under ``name``. ``written`` is called before each write: the moment for a cut."""

    def __init__(self, name: str, written: Callable[[], None] = lambda: None) -> None:
        self.name = name
        self.images: Cut = {}
        self.written = written
        super().__init__(name, "")

    def xOpen(self, name: Any, flags: list[int]) -> "LossyFile":  # noqa: N802 - SQLite's word
        """Every file is one of ours."""
        return LossyFile(self, name, flags)

    def xDelete(self, name: str, sync: bool) -> None:  # noqa: FBT001, N802 - SQLite's word
        """Gone, and durably so."""
        super().xDelete(name, sync)
        self.images.pop(name, None)

    def now(self) -> Cut:
        """The state of all files, should the power fail at this moment."""
        return {path: image.copy() for path, image in self.images.items()}


class LossyFile(apsw.VFSFile):  # type: ignore[misc]
    """A real file beside which is noted what is durable."""

    def __init__(self, disk: LossyDisk, name: Any, flags: list[int]) -> None:
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        super().__init__("", name, flags)
        self._written = disk.written
        self._image = disk.images.setdefault(path, Image()) if path else Image()

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802 - SQLite's word
        """Written, not yet durable."""
        self._written()
        super().xWrite(data, offset)
        self._image.since.append(Write(offset, bytes(data)))

    def xTruncate(self, size: int) -> None:  # noqa: N802 - SQLite's word
        """Cut off, not yet durably."""
        self._written()
        super().xTruncate(size)
        self._image.since.append(Write(size, None))

    def xSync(self, flags: int) -> None:  # noqa: N802 - SQLite's word
        """From now on it is durable."""
        super().xSync(flags)
        self._image.make_durable()


def found_after(cut: Cut, dice: random.Random, folder: Path) -> None:
    """Write into the folder what is found there when the power is back."""
    for path, image in cut.items():
        if not path.endswith(NEVER_KEPT):
            (folder / Path(path).name).write_bytes(image.after_a_cut(dice))
