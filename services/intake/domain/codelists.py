"""The lists that case work chooses from, versioned, each code with its words in every language of the pages.

They stand in ``casework.json``. A code is never taken away, so that what was written with it can be read: one that is
not asked any longer is listed under ``retired``.
"""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

LANGUAGES = ("en", "ru", "be", "uk")  #: in the order of the words of a code


@cache
def _read() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((files(__package__) / "casework.json").read_text("utf-8"))
    return found


def version() -> int:
    """Which version of the lists this is; kept with whatever is written with them."""
    return int(_read()["version"])


def kinds() -> Mapping[str, Mapping[str, list[str]]]:
    """Every list by its name: its codes with their words, in the order in which they are asked."""
    lists: Mapping[str, Mapping[str, list[str]]] = _read()["lists"]
    return lists


def codes(kind: str) -> tuple[str, ...]:
    """The codes that may be chosen, in their order."""
    retired = _read().get("retired", {}).get(kind, ())
    return tuple(code for code in kinds()[kind] if code not in retired)


def words_for(kind: str, code: str, language: str) -> str | None:
    """What the code is called; None for what is no code of such a list. In English for a language that is not ours."""
    known = kinds().get(kind, {}).get(code)
    return known[LANGUAGES.index(language) if language in LANGUAGES else 0] if known else None
