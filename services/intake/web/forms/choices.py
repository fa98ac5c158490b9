"""The choices that forms offer, in the reader's language and in its order."""

from collections.abc import Iterable
from functools import cache

import pycountry
from flask_babel import get_locale

from services.intake.web.words import spoken, word
from shared.web.labels import country

Choices = list[tuple[str, str]]

LANGUAGES = (
    "rus", "bel", "ukr", "eng", "pol", "lit", "lav", "kat", "hye", "aze", "ron", "rom", "kaz", "kir", "uzb", "tgk",
    "tuk", "ara", "kur", "fas", "pus", "tur", "urd", "hin", "ben", "nep", "sin", "tam", "mya", "tha", "vie", "khm",
    "lao", "zho", "fil", "ind", "amh", "tir", "orm", "som", "swa", "hau", "yor", "ibo", "lin", "wol", "fra", "spa",
    "por", "deu",
)  # fmt: skip
#: those offered on the page (ISO 639-3); the API takes every one

ALPHABETS = {
    "ru": "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
    "be": "абвгдеёжзійклмнопрстуўфхцчшыьэюя",
    "uk": "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя",
}  #: Unicode's own order puts some of their letters last


def coded(kind: str, codes: Iterable[str]) -> Choices:
    """The codes with their words, in the order of the code list."""
    return [(code, word(kind, code)) for code in codes]


def with_nothing(choices: Choices, nothing: str) -> Choices:
    """The same after a first choice that says nothing."""
    return [("", nothing), *choices]


def countries() -> Choices:
    """Every country of ISO 3166-1."""
    return list(_countries(str(get_locale())))


@cache
def _countries(_language: str) -> Choices:
    """Sorted once in each language of ours."""
    return in_order((found.alpha_3, country(found.alpha_3)) for found in pycountry.countries)


def languages(codes: Iterable[str] = LANGUAGES) -> Choices:
    """Languages of ISO 639-3."""
    return in_order((code, spoken(code)) for code in codes)


def in_order(choices: Iterable[tuple[str, str]]) -> Choices:
    """In the alphabet of the reader's language."""
    alphabet = ALPHABETS.get(str(get_locale()), "")
    return sorted(choices, key=lambda choice: [_place(letter, alphabet) for letter in choice[1].casefold()])


def _place(letter: str, alphabet: str) -> tuple[int, str]:
    return alphabet.find(letter), letter
