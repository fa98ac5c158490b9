"""Fields that a node adds for itself: declared in a small versioned file, shown here, and sent nowhere."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.intake.domain.codelists import LANGUAGES

ABOUT = ("person", "case")
TYPES = ("text", "date", "choice")
MOST = 14  #: fields on one page
CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True)
class OwnField:
    """One field: what it is called in each language, what it is about, and for a choice its codes with their words."""

    code: str
    about: str
    type: str
    label: Mapping[str, str]
    choices: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class OwnFields:
    """All of a node's own fields, and the version of its file; none by default."""

    version: int = 0
    fields: Sequence[OwnField] = ()

    def of(self, about: str) -> list[OwnField]:
        """Those about a person, or about a case."""
        return [one for one in self.fields if one.about == about]


class OwnFieldsWrong(ValueError):
    """The file is not as it has to be; says where."""


def read_own_fields(written: str) -> OwnFields:
    """From the text of the file (JSON); raises OwnFieldsWrong, which quotes codes but no other text."""
    try:
        found = json.loads(written)
        version, listed = found["version"], found["fields"]
    except (ValueError, KeyError, TypeError):
        raise OwnFieldsWrong("it must be JSON with version and fields") from None
    _require(isinstance(version, int) and isinstance(listed, list), "version is a number, fields is a list")
    fields = [_field(place, one) for place, one in enumerate(listed, 1)]
    _require(len({one.code for one in fields}) == len(fields), "two fields have the same code")
    own = OwnFields(version, fields)
    _require(all(len(own.of(about)) <= MOST for about in ABOUT), f"more than {MOST} fields about one thing")
    return own


def _field(place: int, one: Any) -> OwnField:
    where = f"field {place}"
    _require(isinstance(one, dict) and one.keys() <= OwnField.__dataclass_fields__.keys(), f"{where}: names")
    code, choices = one.get("code"), one.get("choices", {})
    _require(isinstance(code, str) and CODE.fullmatch(code) is not None, f"{where}: code")
    _require(one.get("about") in ABOUT, f"{where}: about is one of {', '.join(ABOUT)}")
    _require(one.get("type") in TYPES, f"{where}: type is one of {', '.join(TYPES)}")
    _require(isinstance(choices, dict) and bool(choices) is (one["type"] == "choice"), f"{where}: choices")
    for label in (one.get("label"), *choices.values()):
        _require(_is_label(label), f"{where}: a label in each of {', '.join(LANGUAGES)}")
    return OwnField(code, one["about"], one["type"], one["label"], choices)


def _is_label(label: Any) -> bool:
    return isinstance(label, dict) and all(
        isinstance(label.get(language), str) and label[language].strip() for language in LANGUAGES
    )


def _require(is_so: bool, otherwise: str) -> None:  # noqa: FBT001 - its one question
    if not is_so:
        raise OwnFieldsWrong(otherwise)
