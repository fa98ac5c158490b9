"""What was found in a bundle that nobody here may decide but a person: where it stands and why, never what it says."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

ELEMENT = re.compile(r"[A-Za-z_]{1,40}")  #: the name of an element of FHIR; anything else might be somebody's


def below_path(path: str, step: str | int) -> str:
    """The path of what lies in that element; a name that no element has is not repeated."""
    if isinstance(step, int):
        return f"{path}[{step}]"
    return f"{path}.{step if ELEMENT.fullmatch(step) else '?'}"


@dataclass(frozen=True, order=True)
class Problem:
    """One thing that was not understood: the path of its element, and a code for why. No value."""

    path: str
    reason: str


@dataclass
class Findings:
    """Gathered on the way through a bundle. ``passed_over``: what changes nothing, and has no place here."""

    problems: list[Problem] = field(default_factory=list)
    passed_over: list[str] = field(default_factory=list)

    def wrong(self, path: str, reason: str) -> None:
        """A person has to look at this."""
        self.problems.append(Problem(path, reason))

    def once(self, read: dict[str, str], name: str, value: str, path: str) -> None:
        """Read it, unless something was read for it already."""
        if name in read:
            self.wrong(path, "more_than_one")
        read[name] = value

    def code(
        self, concept: Mapping[str, Any] | None, system: str, known: Mapping[str, str], path: str
    ) -> str | None:
        """What the concept's one coding of that system stands for; None, and a problem, where that is not known.

        Codings of other systems beside it say the same to others, and are passed over.
        """
        codings = (concept or {}).get("coding") or ()
        codes = {coding.get("code") for coding in codings if coding.get("system") == system}
        if len(codes) != 1:
            self.wrong(path, "more_than_one" if codes else "not_coded")
            return None
        [code] = codes
        if code not in known:
            self.wrong(path, "unknown_code")
        return known.get(code)
