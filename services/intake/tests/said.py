"""What a node says, as its tests look at it."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from shared.sealing import Letter


@dataclass(frozen=True)
class Said:
    """An event that left the node: its routing key, the receipt that it awaits, and the letters by their hashes."""

    to: str
    event: Any
    awaits: str | None
    letters: dict[str, Letter]
    id: UUID

    @property
    def letter(self) -> Letter:
        """The letter that says it, if there is only one."""
        [letter] = self.letters.values()
        return letter
