"""Only the sum over all can be read, it is exact, and what one contributes looks like chance."""

import base64
import hashlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from shared.sealing import PrivateKey
from shared.sealing.masking import Masked, commitment, from_text, mask, sum_of, to_text
from shared.sealing.suites import SUITES

NAMES = tuple(f"org-{number}" for number in range(8))
KEYS = {
    name: PrivateKey(suite, suite.new())
    for name, suite in zip(NAMES, [SUITES[1], SUITES[2], SUITES[2], SUITES[1]] * 2, strict=True)
}
BOUND = hashlib.sha256(b"one roster").digest()


def masked(counts: dict[str, list[int]], bound: bytes = BOUND) -> dict[str, Masked]:
    public = {name: KEYS[name].public for name in counts}
    return {
        name: mask(own, name=name, own=KEYS[name], keys=public, bound=bound) for name, own in counts.items()
    }


def summed(parts: Any, bound: bytes = BOUND) -> list[int]:
    return sum_of([(part.values, part.seed) for part in parts], bound=bound)


members = some.sets(some.sampled_from(NAMES), min_size=2)
counts_of_some = some.tuples(members, some.integers(1, 6)).flatmap(
    lambda drawn: some.fixed_dictionaries(
        {
            name: some.lists(some.integers(0, 1_000_000), min_size=drawn[1], max_size=drawn[1])
            for name in sorted(drawn[0])
        }
    )
)


@settings(max_examples=40, deadline=None)
@given(counts_of_some)
def test_the_sum_is_exact_for_whoever_takes_part_under_either_suite(counts: dict[str, list[int]]) -> None:
    assert summed(masked(counts).values()) == [sum(cell) for cell in zip(*counts.values(), strict=True)]


@pytest.mark.parametrize("counts", [0, 7, 1_000_000])
def test_what_one_contributes_looks_like_chance(counts: int) -> None:
    """Of so many fair bits half are set, give or take seven standard deviations: one run of 10**11 fails by chance."""
    length = 2_000
    for part in masked({name: [counts] * length for name in NAMES[:5]}).values():
        assert counts not in part.values
        assert len(set(part.values)) == length
        bits = sum(value.bit_count() for value in part.values)
        assert abs(bits - 32 * length) < 7 * (64 * length / 4) ** 0.5


def test_without_one_of_them_or_its_seed_the_sum_is_noise() -> None:
    parts = masked({name: [3] * 50 for name in NAMES})
    some_parts = [parts[name] for name in NAMES[1:]]
    assert min(summed(some_parts)) > 1_000_000
    lost = Masked(parts[NAMES[0]].values, bytes(32))
    assert min(summed([lost, *some_parts])) > 1_000_000


def test_two_sums_that_differ_by_one_party_do_not_show_it_without_both_masks() -> None:
    """The hub holds all masked counts of both rosters, and the seeds of one of them only."""
    counts = {name: [3] * 50 for name in NAMES}
    old = masked(counts)
    new = masked({name: counts[name] for name in NAMES[1:]}, hashlib.sha256(b"another").digest())
    assert summed(new.values(), hashlib.sha256(b"another").digest()) == [21] * 50
    without_seeds = [Masked(old[name].values, new[name].seed if name in new else bytes(32)) for name in old]
    assert min(summed(without_seeds)) > 1_000_000


def test_masks_of_another_roster_do_not_cancel_out() -> None:
    parts = masked({name: [3] * 50 for name in NAMES})
    astray = masked({name: [3] * 50 for name in NAMES}, hashlib.sha256(b"another").digest())
    mixed = [astray[NAMES[0]], *(parts[name] for name in NAMES[1:])]
    assert min(summed(mixed)) > 1_000_000


def test_a_key_on_which_nobody_can_agree_is_refused() -> None:
    low_order = "1:" + base64.b64encode(bytes(32)).decode()
    with pytest.raises(ValueError, match="shared key"):
        mask([1], name="a", own=KEYS[NAMES[0]], keys={"a": "", "b": low_order}, bound=BOUND)


def test_masks_are_the_same_in_every_version(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nodes of different versions must make masks that cancel out: never change this answer."""
    monkeypatch.setattr("shared.sealing.masking.os.urandom", lambda length: bytes(range(length)))
    own, other = (PrivateKey(SUITES[1], bytes([number] * 32)) for number in (1, 2))
    keys = {"a": own.public, "b": other.public}
    made = mask([5, 6], name="a", own=own, keys=keys, bound=b"bound")
    assert made.values == [5903873569317370734, 1838361863535031674]
    assert made.commitment == commitment(bytes(range(32)))


def test_values_travel_as_text_and_nothing_else_is_taken() -> None:
    values = [0, 1, 2**64 - 1]
    assert from_text(to_text(values)) == values
    for wrong in ("not base64!", "AAAA", "é"):
        with pytest.raises(ValueError, match=r"masked counts|ASCII"):
            from_text(wrong)
