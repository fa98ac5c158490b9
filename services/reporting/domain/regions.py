"""Regions of a country: how an organisation's words for one become its code, and which may be told apart."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from functools import cache
from typing import Any

import pycountry

NAMES: Mapping[str, tuple[str, str, str, str]] = {
    "BY-BR": ("Brest Region", "Брестская область", "Брэсцкая вобласць", "Берестейська область"),
    "BY-HM": ("Minsk", "Минск", "Мінск", "Мінськ"),
    "BY-HO": ("Gomel Region", "Гомельская область", "Гомельская вобласць", "Гомельська область"),
    "BY-HR": ("Grodno Region", "Гродненская область", "Гродзенская вобласць", "Гродненська область"),
    "BY-MA": ("Mogilev Region", "Могилёвская область", "Магілёўская вобласць", "Могильовська область"),
    "BY-MI": ("Minsk Region", "Минская область", "Мінская вобласць", "Мінська область"),
    "BY-VI": ("Vitebsk Region", "Витебская область", "Віцебская вобласць", "Вітебська область"),
}  #: codes of ISO 3166-2, with the name in each of LANGUAGES
LANGUAGES = ("en", "ru", "be", "uk")
OTHER = "other_regions"  #: the code of all that are not told apart, and of what has no known region
FEWEST = 3  #: organisations in a region that is told apart: with two, each could work out the other's figures

_BY_WORD = {name.casefold(): code for code, names in NAMES.items() for name in names}


def region_of(area: str) -> str | None:
    """The ISO 3166-2 code that an area of the directory is or names; None if it is no region that we know."""
    word = area.strip()
    return _BY_WORD.get(word.casefold()) or (word.upper() if word.upper() in _known() else None)


def name_of(code: str, language: str) -> str:
    """What the region is called; one of another country than ours by its own name."""
    if names := NAMES.get(code):
        return names[LANGUAGES.index(language) if language in LANGUAGES else 0]
    found: Any = _known().get(code)
    return str(found.name) if found else code


def home(regions: Iterable[str]) -> str | None:
    """Where an organisation is, by its services' regions: the one that most of them name; of equals the first."""
    found = Counter(regions)
    return max(found, key=lambda region: found[region]) if found else None


def around(regions: Collection[str]) -> tuple[str, ...]:
    """These regions and all others of their countries, by their code."""
    countries = {region.partition("-")[0] for region in regions}
    found = (one for one in _known().values() if one.country_code in countries and one.parent_code is None)
    return tuple(sorted(one.code for one in found))


def told_apart(homes: Collection[str | None]) -> frozenset[str]:
    """The regions whose figures may be shown, of the homes of all organisations.

    Each has FEWEST organisations or more; and so have all the others together, if there are any: what is left
    over when the shown ones are subtracted from a total must not be one organisation's.
    """
    sizes = Counter(homes)
    shown = sorted(
        (region for region in sizes if region and sizes[region] >= FEWEST), key=lambda one: (sizes[one], one)
    )
    while shown and 0 < len(homes) - sum(sizes[region] for region in shown) < FEWEST:
        shown.pop(0)
    return frozenset(shown)


def folded(region: str | None, shown: Collection[str]) -> str:
    """The region itself if it is shown, else the code of all others together."""
    return region if region in shown and region is not None else OTHER


@cache
def _known() -> Mapping[str, Any]:
    """Every region of ISO 3166-2 by its code."""
    return {one.code: one for one in pycountry.subdivisions}
