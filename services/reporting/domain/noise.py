"""The noise of a release: discrete Laplace, drawn by OpenDP, whose sampler is exact and cannot be predicted.

One person more or less at one organisation changes the cells of a table by at most what the table declares together.
Each table spends its share of the release's epsilon, and all tables together spend it whole.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import product
from math import inf, nextafter

from services.reporting.domain.consistent import Noisy
from services.reporting.domain.protection import Codes
from shared.schemas.workbook import ANY, RELEASED, UNKNOWN, Released

THOUSANDTHS = 1_000
Draw = Callable[[Sequence[int], float, int, float], list[int]]
#: counts, scale, how much one person changes them, epsilon that this may spend → counts with noise


class SpendsTooMuch(Exception):
    """The noise would be less than was promised: nothing is drawn."""


def drawn(counts: Sequence[int], scale: float, most: int, epsilon: float) -> list[int]:
    """The counts with noise; raises SpendsTooMuch, which cannot happen unless the figures here are wrong."""
    import opendp.prelude as dp  # noqa: PLC0415 - no other process than the one that releases loads it

    dp.enable_features("contrib")
    domain, distance = dp.vector_domain(dp.atom_domain(T="i64")), dp.l1_distance(T="i64")
    mechanism = dp.m.make_laplace(domain, distance, scale=scale)
    if mechanism.map(most) > epsilon:  # type: ignore[no-untyped-call]
        raise SpendsTooMuch
    noisy: list[int] = mechanism(list(counts))
    return noisy


def with_noise(
    counts: Mapping[str, Mapping[Codes, int]],
    codes: Mapping[str, Sequence[str]],
    epsilon: int,
    draw: Draw = drawn,
) -> list[Noisy]:
    """The tables of a release, by their names, each with noise on every cell that it could have.

    ``counts`` are exact, ``codes`` are all those of each dimension, and ``epsilon``, in thousandths, is spent.
    """
    tables = [RELEASED[name] for name in counts]
    weights = sum(table.weight for table in tables)
    return [
        _noisy(table, counts[table.name], codes, epsilon / THOUSANDTHS * table.weight / weights, draw)
        for table in tables
    ]


def _noisy(
    table: Released,
    counts: Mapping[Codes, int],
    codes: Mapping[str, Sequence[str]],
    epsilon: float,
    draw: Draw,
) -> Noisy:
    scale = scale_of(table, epsilon)
    lists = tuple(tuple(_listed(table, dimension, codes)) for dimension in table.dimensions)
    places = list(product(*lists))
    noisy = draw([counts.get(place, 0) for place in places], scale, table.table.most, epsilon)
    return Noisy(table, lists, dict(zip(places, noisy, strict=True)), scale)


def scale_of(table: Released, epsilon: float) -> float:
    """The scale at which the table spends that much and, by the last bit of the arithmetic, not more."""
    scale = table.table.most / epsilon
    while table.table.most / scale > epsilon or 1 / scale * table.table.most > epsilon:
        scale = nextafter(scale, inf)
    return nextafter(nextafter(scale, inf), inf)


def _listed(table: Released, dimension: str, codes: Mapping[str, Sequence[str]]) -> list[str]:
    """Every code that the cell could have, whether or not it occurs: which ones do is a secret, too."""
    renamed = [table.merged.get(code, code) for code in (*codes[dimension], UNKNOWN)]
    kept = [code for code in dict.fromkeys(renamed) if code is not None and code != ANY]
    return [code for code in kept if code != UNKNOWN or dimension not in {"service_type", "need_state"}]
