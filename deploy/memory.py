"""What a batch makes is freed without looking for garbage, and the next batch gets the same memory."""

import ctypes
import gc

#: Objects, freed ones not counted, between two looks at the youngest; Python's own is 700.
MADE_BETWEEN = 50_000
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  #: of mallopt, as glibc numbers them
KEPT = 16 << 20  #: bytes of freed memory that are not given back
IN_ONE_PLACE = 32 << 20  #: bytes of a piece that is given back at once; the most that glibc takes


def look_less_for_garbage() -> None:
    """To be called before anything is loaded: what is loaded stays, and would be looked through again and again."""
    gc.set_threshold(MADE_BETWEEN, 10, 10)


def prepare_memory() -> None:
    """To be called when everything that lives as long as the process is made."""
    look_less_for_garbage()
    gc.collect()
    gc.freeze()
    _keep_what_is_freed()


def _keep_what_is_freed() -> None:
    """The memory of each large message would be given back, and that of the next put together anew, page by page.

    Where the C library is not glibc there is no such setting, and nothing is done.
    """
    if mallopt := getattr(ctypes.CDLL(None), "mallopt", None):
        mallopt(M_TRIM_THRESHOLD, KEPT)
        mallopt(M_MMAP_THRESHOLD, IN_ONE_PLACE)
