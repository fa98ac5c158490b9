"""Which counts of a release are shown: hardly ever one of a cell in which nobody is, and more where many stand out."""

from math import inf
from random import Random

import pytest

from services.reporting.domain.consistent import Noisy
from shared.schemas.workbook import RELEASED

SCALE = 10.0


def table(*counts: int) -> Noisy:
    """Counts as noise left them, in a table of two hundred cells; all others are 0."""
    cells: dict[tuple[str, ...], int] = {
        (f"{place}",): n for place, n in enumerate((*counts, *[0] * (200 - len(counts))))
    }
    return Noisy(RELEASED["persons_by_citizenship"], (tuple(codes[0] for codes in cells),), cells, SCALE)


def test_a_count_is_shown_from_where_noise_lifts_an_empty_cell_in_one_table_of_twenty() -> None:
    assert table(77).threshold == 77
    assert table(76).threshold == inf
    assert table().threshold == inf


def test_where_many_stand_out_smaller_ones_are_shown_too() -> None:
    assert table(*[500] * 100, 60).threshold == 60
    assert table(*[500] * 100, 39).threshold == 500
    assert table(500, 60).threshold == 500


@pytest.mark.parametrize("people_in", [0, 2, 20, 150])
def test_of_those_shown_few_are_of_cells_in_which_nobody_is(people_in: int) -> None:
    """Of a table with nobody at all one in twenty shows something; of others hardly a fiftieth is of an empty cell."""
    random = Random(people_in)  # noqa: S311 - the same at every run
    shown = empty = 0
    for _ in range(400):
        true = [200] * people_in + [0] * (200 - people_in)
        noisy = table(
            *(round(n + random.expovariate(1 / SCALE) - random.expovariate(1 / SCALE)) for n in true)
        )
        above = [place for place, n in enumerate(noisy.cells.values()) if n >= noisy.threshold]
        shown += len(above)
        empty += sum(place >= people_in for place in above)
    assert empty <= max(400 / 20 * 1.5, 0.02 * shown)
