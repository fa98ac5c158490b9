"""What a reader has to say about a file: each problem once, and never more of them than a person can use."""

from dataclasses import dataclass

MAX_FATAL = 1_000
MAX_NOTES = 10_000
MAX_NAME = 120


@dataclass(frozen=True)
class Problem:
    """One thing that is not as HSDS says: where and why, in plain English, without any value of the record.

    `record` is the table with an id or a number, or the bare table; `fatal` means that an imported record
    would be wrong or missing.
    """

    file: str
    record: str | None
    field: str | None
    reason: str
    fatal: bool


class TooManyError(Exception):
    """There are more fatal problems than anyone would read: the rest of the import is not worth a look."""


class Findings:
    """Collects problems; the same one counts once, and notes past a limit are only counted."""

    def __init__(self) -> None:
        """Begin with none."""
        self._told: dict[Problem, None] = {}
        self._fatal = 0
        self._untold = 0

    def add(self, problem: Problem) -> None:
        """Keep a problem that is not known yet; TooManyError after 1,000 fatal ones."""
        if problem in self._told:
            return
        if problem.fatal and self._fatal == MAX_FATAL:
            self._told[Problem("", None, None, "There are more problems than are listed.", fatal=True)] = None
            raise TooManyError
        self._fatal += problem.fatal
        if problem.fatal or len(self._told) - self._fatal < MAX_NOTES:
            self._told[problem] = None
        else:
            self._untold += 1

    def fatal(self, file: str, reason: str) -> None:
        """Add what spoils a whole file."""
        self.add(Problem(file, None, None, reason, fatal=True))

    def note(self, file: str, record: str | None, reason: str) -> None:
        """Add what a person should know, though no record is wrong by it."""
        self.add(Problem(file, record, None, reason, fatal=False))

    @property
    def spoiled(self) -> bool:
        """Whether a fatal problem was found."""
        return self._fatal > 0

    def told(self) -> tuple[Problem, ...]:
        """Tell all in the order found; a last one counts the notes left out."""
        if not self._untold:
            return tuple(self._told)
        return (*self._told, Problem("", None, None, f"{self._untold} more notes are left out.", fatal=False))


def printable(name: str) -> str:
    """Make a name from a stranger's file safe to show: no control characters, 120 characters at most."""
    return "".join(letter if letter.isprintable() else "?" for letter in name[:MAX_NAME])
