"""The power fails at any write: what somebody was told is stored is there, whole, when it is back."""

from tests.faults.power.cuts import cut

CUTS = 1_000


def test_after_a_power_cut_all_is_there_that_was_stored() -> None:
    cut(CUTS)
