"""Waiting for something to become true, by asking again."""

import time
from collections.abc import Callable
from typing import TypeVar

Answer = TypeVar("Answer")

PAUSE = 0.05  #: seconds between two questions


def poll_until(question: Callable[[], Answer], *, seconds: float, what: str) -> Answer:
    """The first answer that counts as true; ``TimeoutError`` says what did not come in time."""
    end = time.monotonic() + seconds
    while not (answer := question()):
        if time.monotonic() > end:
            raise TimeoutError(f"waited {seconds:g} seconds in vain for {what}")
        time.sleep(PAUSE)
    return answer
