"""Let many who want the same thing at the same time have it in one go."""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from queue import SimpleQueue
from typing import Generic, TypeVar

Wish = TypeVar("Wish")
Answer = TypeVar("Answer")

AT_ONCE = 100  #: wishes in one go
LONGEST_LINGER = 0.025  #: seconds that the first waits for as many as came last time


class _Word(Enum):
    """What one who waits is told instead of an answer, which may be anything, even None."""

    SERVE = auto()


@dataclass
class _Place(Generic[Wish, Answer]):
    """Where one waits to be told: the answer, or the word to serve."""

    wish: Wish
    told: SimpleQueue[Answer | BaseException | _Word] = field(default_factory=SimpleQueue)


class Together(Generic[Wish, Answer]):
    """Calls from many threads share one call of ``do``: one of them does it for all who wait by then.

    ``do`` gets the wishes in the order they came and returns for each its answer or the exception to raise.
    Alone, a wish is done at once. Only right after a round of many the next waits a little, for as long as that
    round took, until as many are there again: without it, the first of them to come back would go alone.
    """

    def __init__(self, do: Callable[[Sequence[Wish]], Sequence[Answer | Exception]]) -> None:
        self._do = do
        self._waiting: deque[_Place[Wish, Answer]] = deque()
        self._came = threading.Condition()
        self._served_now = False
        self._last, self._took, self._ended = 1, 0.0, 0.0  # of the last round

    def __call__(self, wish: Wish) -> Answer:
        """The answer to this wish; raises what was returned for it, or what ``do`` raised for all."""
        mine: _Place[Wish, Answer] = _Place(wish)
        with self._came:
            self._waiting.append(mine)
            if self._as_many_again():
                self._came.notify()
            serves, self._served_now = not self._served_now, True
        answer = _Word.SERVE if serves else mine.told.get()
        while isinstance(answer, _Word):
            self._serve()
            answer = mine.told.get()
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def _serve(self) -> None:
        """One round, which holds the server's own wish; then whoever waits longest serves the next."""
        places = self._gather()
        began = time.monotonic()
        answered = self._answered(places)
        self._ended = time.monotonic()
        self._last, self._took = len(places), self._ended - began
        self._pass_on()
        for place, answer in answered:
            place.told.put(answer)

    def _answered(
        self, places: Sequence[_Place[Wish, Answer]]
    ) -> list[tuple[_Place[Wish, Answer], Answer | BaseException]]:
        """Whatever happens, everybody gets an answer: nobody else would ever call those who wait."""
        try:
            return list(zip(places, self._do([place.wish for place in places]), strict=True))
        except BaseException as error:  # noqa: BLE001 - it belongs to those who asked
            return [(place, error) for place in places]

    def _gather(self) -> list[_Place[Wish, Answer]]:
        with self._came:
            linger = min(self._took, LONGEST_LINGER)
            self._came.wait_for(self._as_many_again, max(0.0, self._ended + linger - time.monotonic()))
            return [self._waiting.popleft() for _ in range(min(AT_ONCE, len(self._waiting)))]

    def _as_many_again(self) -> bool:
        return len(self._waiting) >= min(self._last, AT_ONCE)

    def _pass_on(self) -> None:
        with self._came:
            if self._waiting:
                self._waiting[0].told.put(_Word.SERVE)
            else:
                self._served_now = False
