"""How codes, values and refusals read on a page."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from babel.units import format_unit
from flask import Flask
from flask_babel import format_date, get_locale
from markupsafe import Markup

from services.intake.domain import HistoryLine, codelists
from services.intake.web.labels import LANGUAGES, OWN_CODES, SENTENCES, UNFORESEEN
from shared.web.labels import country, label, language

MEGABYTE = 1_000_000
DAY = "d MMMM y"  #: a date with its month in words, so that no two numbers are mistaken for each other
TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")  #: bidirectional embeddings, overrides and isolates


def install(app: Flask) -> None:
    """Let templates name the codes."""
    app.jinja_env.finalize = visible
    app.jinja_env.globals.update(word=word, shown=shown, sentence=sentence, happened=happened)
    app.jinja_env.filters.update(word=lambda code, kind: word(kind, code), language_name=spoken)
    app.jinja_env.filters["size"] = size
    app.jinja_env.filters["day"] = lambda at: format_date(at, DAY)


def visible(value: Any) -> Any:
    """Text as a page shows it: signs that would turn the order of letters around stand there as what they are."""
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    return TURNING.sub(lambda found: f"\\u{ord(found[0]):04x}", value)


def size(number: int) -> str:
    """So many bytes, rounded, in the reader's own short form: 12 kB, 1,2 МБ."""
    unit, of_it, places = ("megabyte", 1e6, 1) if number >= MEGABYTE else ("kilobyte", 1e3, 0)
    shown_as = round(max(number / of_it, 1), places)
    return format_unit(shown_as, f"digital-{unit}", "short", locale=get_locale())


def word(kind: str, code: str) -> str:
    """The code of that kind; those of the network are named as everywhere, those of case work as their lists say."""
    return _word_in(str(get_locale()), kind, code)


@lru_cache(maxsize=4096)
def _word_in(language: str, kind: str, code: str) -> str:
    own = OWN_CODES.get(kind)
    if own is not None:
        return str(own.get(code, code))
    return codelists.words_for(kind, code, language) or label(kind, code)


def sentence(code: str) -> str:
    """What a person should do about a refusal."""
    return str(SENTENCES.get(code, UNFORESEEN))


def happened(line: HistoryLine) -> str:
    """What a move did: for most of them, the state that it led to. One that did not stand did nothing."""
    if line.refused:
        return label("move", line.move)
    return str(OWN_CODES["done"].get(line.move) or label("state", line.state))


def shown(field: str, value: Any) -> str:
    """The value of a person's field as a page shows it."""
    return _SHOWN.get(field, str)(value)


def spoken(code: str) -> str:
    """The language of an ISO 639-3 code."""
    return str(LANGUAGES[code]) if code in LANGUAGES else language(code)


def _day(value: date | str) -> str:
    day = value if isinstance(value, date) else date.fromisoformat(value)
    return str(format_date(day, DAY))


def _languages(codes: Sequence[str]) -> str:
    return ", ".join(spoken(code) for code in codes)


_SHOWN: Mapping[str, Callable[[Any], str]] = {
    "birth_date": _day,
    "age_band": lambda band: label("age_band", band),
    "gender": lambda code: label("gender", code),
    "citizenship": country,
    "languages": _languages,
    "safe_contact": lambda code: word("safe_contact", code),
}
