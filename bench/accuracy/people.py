"""An invented network: twelve organisations of unequal size, and the people that they met in a year."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from shared.schemas import codes
from shared.schemas.workbook import (
    CLOSURE_REASONS,
    CONCLUSIONS,
    PUBLISHED_EXPLOITATION,
    PUBLISHED_MEANS,
    PUBLISHED_SECTORS,
    RECRUITERS,
    RELEASED,
    TABLES,
    UNKNOWN,
)

NODES = 12
COUNTRIES = ("BLR", "UKR", "RUS", "MDA", "UZB", "TJK", "KGZ", "GEO", "ARM", "SYR", "AFG", "NGA")
NEEDED = codes.SERVICE_TYPES

Cells = Counter[tuple[str, ...]]


@dataclass(frozen=True)
class Person:
    """What a node counts of somebody: of each dimension the codes, and the needs with what became of them."""

    node: int
    one: dict[str, str]
    several: dict[str, tuple[str, ...]]
    needs: tuple[tuple[str, str], ...]


def network(size: int, random: Random) -> list[Person]:
    """So many people; a code that comes later in its list is rarer, as in life."""
    return [_person(random) for _ in range(size)]


def _person(random: Random) -> Person:
    one = {
        "conclusion": _one(random, CONCLUSIONS, 0.75),
        "gender": random.choices(("Woman", "Man", codes.GENDERS[2], UNKNOWN), (60, 36, 1, 3))[0],
        "age_band": _one(random, (*codes.PUBLISHED_AGE_BANDS[::-1], UNKNOWN), 0.85),
        "citizenship": _one(random, COUNTRIES, 0.6),
        "recruiter": _one(random, (*RECRUITERS, UNKNOWN), 0.8),
        "case_state": _one(random, ("active", *CLOSURE_REASONS), 0.6),
    }
    several = {
        "exploitation_type": _some(random, PUBLISHED_EXPLOITATION, 3),
        "means": _some(random, PUBLISHED_MEANS, 4),
        "sector": _some(random, PUBLISHED_SECTORS, 2),
    }
    services = _some(random, NEEDED, 4)
    needs = tuple((service, random.choice(("met", "unmet"))) for service in services)
    return Person(_one_of(random, NODES), one, several, needs)


def _one(random: Random, listed: Sequence[str], decay: float) -> str:
    return random.choices(listed, [decay**place for place in range(len(listed))])[0]


def _one_of(random: Random, nodes: int) -> int:
    return random.choices(range(nodes), [0.85**place for place in range(nodes)])[0]


def _some(random: Random, listed: Sequence[str], most: int) -> tuple[str, ...]:
    """One or two as a rule, more now and then, none of one in eight."""
    if random.random() < 1 / 8:
        return ()
    wanted = min(most, 1 + int(random.expovariate(1)))
    return tuple(dict.fromkeys(_one(random, listed, 0.75) for _ in range(wanted)))


def cells_of(people: Sequence[Person]) -> dict[str, Cells]:
    """The exact cells of every table that could be released."""
    found = {name: Cells() for name in RELEASED}
    for person in people:
        for name, cells in found.items():
            cells.update(_places(person, name))
    return found


def _places(person: Person, name: str) -> Sequence[tuple[str, ...]]:
    released = RELEASED[name]
    if TABLES[released.of].counts == "needs":
        return person.needs
    if released.table.several:
        return [(code,) for code in person.several[released.dimensions[0]] or (UNKNOWN,)]
    return [tuple(person.one[dimension] for dimension in released.dimensions)]
