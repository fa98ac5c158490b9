"""Let many who want the same thing at the same time have it in one go."""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from enum import Enum, auto
from itertools import pairwise
from typing import Generic, Self, TypeVar, cast

Wish = TypeVar("Wish")
Answer = TypeVar("Answer")

AT_ONCE = 100  #: wishes in one go
LONGEST_LINGER = 0.025  #: seconds that the first waits for as many as came last time


class _Word(Enum):
    """What one who is woken without an answer, which may be anything, even None, is to do."""

    SERVE = auto()


class _Place(Generic[Wish, Answer]):
    """Where one waits for the answer, or for the word to serve.

    Who is woken with an answer wakes the next of the same round: woken all at once, they would stand in each other's
    way, since only one thread at a time can go on.
    """

    __slots__ = ("_bell", "answer", "next", "wish")

    def __init__(self, wish: Wish) -> None:
        self.wish = wish
        self.answer: Answer | BaseException | _Word = _Word.SERVE
        self.next: Self | None = None
        self._bell = threading.Lock()
        self._bell.acquire()

    def wait(self) -> None:
        self._bell.acquire()
        if self.next is not None:
            self.next.wake()

    def wake(self) -> None:
        self._bell.release()

    def answered(self) -> Answer:
        if isinstance(self.answer, BaseException):
            raise self.answer
        return cast("Answer", self.answer)


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
            waits, self._served_now = self._served_now, True
        if waits:
            mine.wait()
        if mine.answer is _Word.SERVE:
            self._serve()
        return mine.answered()

    def _serve(self) -> None:
        """One round, whose first wish is the server's own; then whoever waits longest serves the next."""
        places = self._gather()
        began = time.monotonic()
        self._answer(places)
        self._ended = time.monotonic()
        self._last, self._took = len(places), self._ended - began
        self._pass_on()
        _wake(places[1:])

    def _answer(self, places: Sequence[_Place[Wish, Answer]]) -> None:
        """Whatever happens, everybody gets an answer: nobody else would ever call those who wait."""
        try:
            for place, answer in zip(places, self._do([place.wish for place in places]), strict=True):
                place.answer = answer
        except BaseException as error:  # noqa: BLE001 - it belongs to those who asked
            for place in places:
                place.answer = error

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
                self._waiting[0].wake()
            else:
                self._served_now = False


def _wake(places: Sequence[_Place[Wish, Answer]]) -> None:
    """The first; it wakes the next."""
    for place, after in pairwise(places):
        place.next = after
    if places:
        places[0].wake()
