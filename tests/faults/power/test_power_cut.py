"""The power fails at any write: what somebody was told is stored is there, whole, when it is back."""

from collections.abc import Callable

from tests.faults.power.cuts import cut

CUTS = 1_000


def test_after_a_power_cut_all_is_there_that_was_stored(
    record_property: Callable[[str, object], None],
) -> None:
    cut(CUTS)
    record_property("figure", f"Power cuts: {CUTS:,}, nothing lost, nothing half there.")
