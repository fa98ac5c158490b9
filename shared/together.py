"""Let many who want the same thing at the same time have it in one go."""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Generic, TypeVar

Wish = TypeVar("Wish")
Answer = TypeVar("Answer")

AT_ONCE = 100  #: wishes in one go


class Together(Generic[Wish, Answer]):
    """Calls from many threads share one call of ``do``: whoever comes first does it for all who wait by then.

    ``do`` gets the wishes in the order they came and returns for each its answer or the exception to raise.
    Nobody waits for others to come: alone, a wish is done at once.
    """

    def __init__(self, do: Callable[[Sequence[Wish]], Sequence[Answer | Exception]]) -> None:
        self._do = do
        self._waiting: deque[tuple[Wish, Future[Answer]]] = deque()
        self._turn = threading.Lock()

    def __call__(self, wish: Wish) -> Answer:
        """The answer to this wish; raises what was returned for it, or what ``do`` raised for all."""
        mine: Future[Answer] = Future()
        self._waiting.append((wish, mine))
        while not mine.done():
            with self._turn:
                if not mine.done():
                    self._serve()
        return mine.result()

    def _serve(self) -> None:
        """A thread that holds the turn finds its own wish among the first or leaves it to the next turn."""
        served = [self._waiting.popleft() for _ in range(min(AT_ONCE, len(self._waiting)))]
        try:
            answers = self._do([wish for wish, _ in served])
        except Exception as error:  # noqa: BLE001 - it belongs to those who asked
            answers = [error] * len(served)
        for (_, future), answer in zip(served, answers, strict=True):
            if isinstance(answer, Exception):
                future.set_exception(answer)
            else:
                future.set_result(answer)
