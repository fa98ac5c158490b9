"""What noise promises, and that a table made of noisy counts can be read."""

from collections.abc import Sequence
from itertools import pairwise, product
from math import log, sqrt
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from bench.attack.attacker import promised, success
from services.reporting.domain.consistent import Shown, consistent, error_of, shared_out
from services.reporting.domain.noise import Draw, SpendsTooMuch, drawn, scale_of, with_noise
from services.reporting.domain.protection import TOTAL, Codes
from services.reporting.usecases.releasing import code_lists
from shared.schemas.workbook import ANY, RELEASED, UNKNOWN

EVERYTHING = tuple(RELEASED)
TRIALS = 2_000


def rough(seed: int) -> Draw:
    """Noise about as large as it would be, the same at every run."""
    random = Random(seed)  # noqa: S311 - the same at every run

    def draw(counts: Sequence[int], scale: float, _most: int, _epsilon: float) -> list[int]:
        return [round(n + random.expovariate(1 / scale) - random.expovariate(1 / scale)) for n in counts]

    return draw


def released(
    counts: dict[str, dict[Codes, int]], seed: int, epsilon: int = 1_000
) -> dict[str, dict[Codes, Shown]]:
    return consistent(with_noise(counts, code_lists(), epsilon, rough(seed)))


sizes = some.dictionaries(some.sampled_from(EVERYTHING), some.integers(0, 5_000), min_size=1)


@settings(max_examples=60, deadline=None)
@given(sizes, some.integers(0, 10**6))
def test_a_released_table_can_be_read(wanted: dict[str, int], seed: int) -> None:
    random = Random(seed)  # noqa: S311 - the same at every run
    lists = code_lists()
    counts = {
        name: {
            tuple(random.choice(lists[dimension]) for dimension in RELEASED[name].dimensions): random.randint(
                0, size
            )
            for _ in range(12)
        }
        for name, size in wanted.items()
    }
    for name, cells in released(counts, seed).items():
        assert all(shown.value >= 0 and shown.error >= 1 for shown in cells.values())
        assert all(shown.value == 0 for shown in cells.values() if shown.is_small)
        total = (TOTAL,) * len(RELEASED[name].dimensions)
        inner = {codes: shown.value for codes, shown in cells.items() if TOTAL not in codes}
        if RELEASED[name].table.several:
            assert all(n <= cells[ANY,].value for codes, n in inner.items() if codes != (UNKNOWN,))
            assert cells[ANY,].value + cells[UNKNOWN,].value == cells[total].value
            continue
        for codes, whole in cells.items():
            if TOTAL in codes:
                parts = [
                    n for c, n in inner.items() if all(a in {TOTAL, b} for a, b in zip(codes, c, strict=True))
                ]
                assert sum(parts) <= whole.value, (name, codes)
        for place in range(len(total) if len(total) > 1 else 0):
            margin = [
                s.value for c, s in cells.items() if c[place] != TOTAL and c.count(TOTAL) == len(total) - 1
            ]
            assert sum(margin) == cells[total].value


@settings(deadline=None)
@given(some.lists(some.integers(-50, 500), min_size=1, max_size=20), some.integers(0, 2_000))
def test_what_is_shared_out_adds_up_and_keeps_its_order(wanted: list[int], total: int) -> None:
    parts = shared_out(wanted, total)
    assert sum(parts) == total
    assert min(parts) >= 0
    ranked = [part for _, part in sorted(zip(wanted, parts, strict=True))]
    assert all(one <= other + 1 for one, other in pairwise(ranked))


@pytest.mark.parametrize("epsilon", [1, 77, 333, 1_000, 4_000])
@pytest.mark.parametrize("name", EVERYTHING)
def test_each_table_spends_its_share_and_never_more(name: str, epsilon: int) -> None:
    table = RELEASED[name]
    share = epsilon / 1_000 * table.weight / sum(one.weight for one in RELEASED.values())
    scale = scale_of(table, share)
    assert len(drawn([0, 5, 100], scale, table.table.most, share)) == 3
    assert scale == pytest.approx(table.table.most / share)
    with pytest.raises(SpendsTooMuch):
        drawn([0], scale * 0.99, table.table.most, share)


def test_noise_is_on_every_cell_that_could_be_and_not_only_on_those_that_are() -> None:
    asked: list[int] = []

    def draw(counts: Sequence[int], *_: object) -> list[int]:
        asked.append(len(counts))
        return list(counts)

    with_noise({"persons_by_gender_and_age": {("Man", "48+"): 3}}, code_lists(), 1_000, draw)
    assert asked == [40]


def test_the_errors_that_are_given_hold_for_nineteen_of_twenty() -> None:
    scale, zeros = 3.0, [0] * 20_000
    noise = drawn(zeros, scale, 1, 1.0)
    outside = sum(abs(n) > error_of(scale, 1) for n in noise) / len(noise)
    assert outside < 0.05 + 5 * sqrt(0.05 * 0.95 / len(noise))
    sums = [sum(noise[at : at + 10]) for at in range(0, len(noise), 10)]
    assert sum(abs(n) > error_of(scale, 10) for n in sums) / len(sums) < 0.05 + 5 * sqrt(
        0.05 * 0.95 / len(sums)
    )


@pytest.mark.parametrize("epsilon", [500, 1_000])
def test_an_attacker_who_knows_everybody_else_is_right_no_oftener_than_promised(epsilon: int) -> None:
    chance = sqrt(log(1e6) / (2 * TRIALS))  # Hoeffding: one test in a million fails by bad luck
    assert success(epsilon, TRIALS) <= promised(epsilon) + chance


def test_the_attack_would_notice_too_little_noise() -> None:
    """With noise for eight times the epsilon it is right more often than is promised for one."""
    chance = sqrt(log(1e6) / (2 * TRIALS))
    assert success(4_000, TRIALS) > promised(500) + chance


def test_without_noise_a_table_stays_what_it_is() -> None:
    """Post-processing changes nothing that was right already, but for the small ones."""
    cells: dict[Codes, int] = dict.fromkeys(product(("Man", "Woman"), ("9--17", "48+")), 200)

    def exact(counts: Sequence[int], *_: object) -> list[int]:
        return list(counts)

    tables = with_noise({"persons_by_gender_and_age": cells}, code_lists(), 4_000, exact)
    shown = consistent(tables)["persons_by_gender_and_age"]
    assert {codes: one.value for codes, one in shown.items() if one.value and TOTAL not in codes} == cells
    assert shown[TOTAL, TOTAL].value == 800


def test_what_is_shown_is_within_its_error_after_all_was_made_consistent() -> None:
    """Of few people in a table of many cells: the total, which is many draws, must not pull a good count along."""
    exact: dict[Codes, int] = {("Woman", "18--20"): 450, ("Man", "9--17"): 60}
    outside = shown = 0
    for seed in range(300):
        cells = released({"persons_by_gender_and_age": exact}, seed, 900)["persons_by_gender_and_age"]
        large = [(codes, one) for codes, one in cells.items() if not one.is_small and TOTAL not in codes]
        shown += len(large)
        outside += sum(abs(one.value - exact.get(codes, 0)) > one.error for codes, one in large)
    assert shown >= 600
    assert outside / shown < 0.08
