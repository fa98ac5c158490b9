"""The declared cells of a workbook: all that an organisation could count, in one order that everybody knows.

Which cells occur is a secret too, so what is masked or given noise has a place for each of them.
"""

import hashlib
import json
from collections.abc import Iterator
from functools import cache
from itertools import product

import pycountry

from shared.schemas import codes
from shared.schemas.workbook import (
    ACTIVE,
    ACTIVITIES,
    ANY,
    CLOSURE_REASONS,
    CONCLUSIONS,
    EXPLOITATION,
    NEED_STATES,
    PUBLISHED_EXPLOITATION,
    PUBLISHED_MEANS,
    PUBLISHED_SECTORS,
    RECRUITERS,
    UNKNOWN,
    tables_of,
)

CellKey = tuple[str, tuple[str, ...]]  #: a declared table and the codes of one of its cells
LARGEST_COUNT = 1_000_000  #: in one cell of one organisation; more is a mistake

CONTRIBUTED_LISTS: dict[str, tuple[str, ...]] = {
    "conclusion": CONCLUSIONS,
    "gender": (*codes.GENDERS, UNKNOWN),
    "age_band": (*codes.PUBLISHED_AGE_BANDS, UNKNOWN),
    "exploitation": EXPLOITATION,
    "exploitation_type": (*PUBLISHED_EXPLOITATION, ANY),
    "means": (*PUBLISHED_MEANS, ANY),
    "sector": (*PUBLISHED_SECTORS, ANY),
    "recruiter": RECRUITERS,
    "case_state": (ACTIVE, *CLOSURE_REASONS),
    "activity": ACTIVITIES,
    "service_type": codes.SERVICE_TYPES,
    "need_state": NEED_STATES,
}  #: the codes of each dimension of a contributed table; citizenship is any country


@cache
def countries() -> frozenset[str]:
    """The codes of ISO 3166-1 alpha-3."""
    return frozenset(country.alpha_3 for country in pycountry.countries)


@cache
def declared_cells(workbook: int) -> tuple[CellKey, ...]:
    """Every cell of that workbook's contributed tables, each code list ending with UNKNOWN."""
    return tuple(_cells(workbook))


def _cells(workbook: int) -> Iterator[CellKey]:
    for table in tables_of(workbook):
        lists = [CONTRIBUTED_LISTS.get(name, tuple(sorted(countries()))) for name in table.dimensions]
        for found in product(*(dict.fromkeys((*listed, UNKNOWN)) for listed in lists)):
            yield table.name, found


@cache
def cells_digest(workbook: int) -> str:
    """SHA-256 of them in hexadecimal: two programs that name the same one mean the same places."""
    return hashlib.sha256(json.dumps(declared_cells(workbook)).encode()).hexdigest()
