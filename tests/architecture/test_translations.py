"""No sentence of the interface without its translation, and no translation without its sentence."""

import re
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2]
LANGUAGES = ("ru", "be", "uk")
PLURAL_FORMS = {"ru": 3, "be": 3, "uk": 3}
COMMON = ROOT / "shared" / "web"  #: whose sentences every web process has
METHODS = [
    ("**/tests/**", "ignore"),
    ("**.py", "python"),
    ("**/templates/**.html", "jinja2.ext:babel_extract"),
]
KEYWORDS = {"_": None, "_l": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2)}
PLACE = re.compile(r"%\((\w+)\)[a-z]|\{(\w+)\}")

Id = str | tuple[str, ...]


def packages() -> list[Path]:
    """Every package that speaks to people: it has a folder of translations."""
    found = {path.parents[3] for path in ROOT.glob("[ds]*/**/translations/ru/LC_MESSAGES/messages.po")}
    return sorted(path for path in found if ".venv" not in path.parts)


@cache
def said(package: Path) -> frozenset[Id]:
    """All that the code and the templates of a package say, their form library's sentences included."""
    options = {"**/templates/**.html": {"trimmed": "true", "silent": "false"}}
    found = extract_from_dir(package, METHODS, options, KEYWORDS)
    return frozenset(message for _file, _line, message, _comments, _context in found)


@cache
def catalogue(package: Path, language: str) -> Catalog:
    path = package / "translations" / language / "LC_MESSAGES" / "messages.po"
    with path.open("rb") as source:
        return read_po(source, locale=language)


def translated(package: Path, language: str) -> dict[Id, tuple[str, ...]]:
    """What is translated: the sentence, or its singular and plural, and all forms of its translation."""
    return {
        tuple(entry.id) if isinstance(entry.id, (list, tuple)) else entry.id: _forms(entry.string)
        for entry in catalogue(package, language)
        if entry.id and not entry.fuzzy and all(_forms(entry.string))
    }


def _forms(string: str | list[str] | tuple[str, ...]) -> tuple[str, ...]:
    return (string,) if isinstance(string, str) else tuple(string)


CASES = [(package, language) for package in packages() for language in LANGUAGES]


def name(value: object) -> str:
    return str(value.relative_to(ROOT)) if isinstance(value, Path) else str(value)


@pytest.mark.parametrize(("package", "language"), CASES, ids=name)
def test_every_sentence_is_translated(package: Path, language: str) -> None:
    known = translated(package, language).keys() | translated(COMMON, language).keys()
    assert sorted(map(str, said(package) - known)) == []


@pytest.mark.parametrize(("package", "language"), CASES, ids=name)
def test_no_translation_is_left_over(package: Path, language: str) -> None:
    assert sorted(map(str, translated(package, language).keys() - said(package))) == []


@pytest.mark.parametrize(("package", "language"), CASES, ids=name)
def test_translations_keep_the_places_and_plural_forms(package: Path, language: str) -> None:
    for sentence, forms in translated(package, language).items():
        places = set(PLACE.findall(sentence[-1] if isinstance(sentence, tuple) else sentence))
        assert len(forms) == (PLURAL_FORMS[language] if isinstance(sentence, tuple) else 1), sentence
        assert all(set(PLACE.findall(form)) == places for form in forms), sentence


def test_every_package_that_speaks_is_looked_at() -> None:
    assert {name(package) for package in packages()} >= {
        "shared/web",
        "shared/notices",
        "services/reporting/web",
    }
