"""Garbage is looked for less often: what a batch makes is freed without it, and what a start makes stays."""

import gc

MADE_BETWEEN = (
    50_000  #: objects, freed ones not counted, between two looks at the youngest; Python's own is 700
)


def look_less_for_garbage() -> None:
    """To be called when everything that lives as long as the process is made."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(MADE_BETWEEN, 10, 10)
