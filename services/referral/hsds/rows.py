"""One record as it stands in a file, whichever form the file has, and how to name it in a problem."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from services.referral.hsds.problems import Problem

CANONICAL_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True)
class Row:
    """A record of an HSDS table, not yet judged; `position` says which one it is, for a person."""

    file: str
    table: str
    position: str
    fields: Mapping[str, object]

    @property
    def id(self) -> str | None:
        """The id in lower case, or None where it is not a UUID: only then is it no value worth hiding."""
        given = self.fields.get("id")
        return given.lower() if isinstance(given, str) and CANONICAL_UUID.fullmatch(given) else None

    @property
    def name(self) -> str:
        """What a problem calls the record: its table with its id, or else with its place."""
        return f"{self.table} {self.id or self.position}"

    def lacks(self, field: str) -> bool:
        """Whether the field is absent, null or blank: the three ways in which files leave a field out."""
        given = self.fields.get(field)
        return given is None or (isinstance(given, str) and not given.strip())

    def fault(self, field: str | None, reason: str) -> Problem:
        """Say what makes the imported record wrong."""
        return Problem(self.file, self.name, field, reason, fatal=True)

    def note(self, field: str | None, reason: str) -> Problem:
        """Say what a person should know about the record."""
        return Problem(self.file, self.name, field, reason, fatal=False)
