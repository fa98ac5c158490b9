"""Many who want the same thing at the same time."""

import threading
from collections.abc import Sequence

import pytest

from shared.together import Together


def test_each_gets_its_own_answer_and_they_share_the_work() -> None:
    rounds: list[int] = []
    first_came, may_go = threading.Event(), threading.Event()

    def double(wishes: Sequence[int]) -> list[int]:
        rounds.append(len(wishes))
        first_came.set()
        may_go.wait(5)
        return [2 * wish for wish in wishes]

    together, answers = Together(double), {}
    threads = [threading.Thread(target=lambda n=n: answers.update({n: together(n)})) for n in range(50)]
    threads[0].start()
    first_came.wait(5)
    for thread in threads[1:]:
        thread.start()
    while len(together._waiting) < 49:
        pass
    may_go.set()
    for thread in threads:
        thread.join(5)

    assert answers == {n: 2 * n for n in range(50)}
    assert rounds == [1, 49]


def test_one_that_fails_fails_alone() -> None:
    def refuse_two(wishes: Sequence[int]) -> list[int | Exception]:
        return [ValueError(wish) if wish == 2 else wish for wish in wishes]

    together = Together(refuse_two)

    assert together(1) == 1
    with pytest.raises(ValueError, match="2"):
        together(2)
    assert together(3) == 3


def test_what_fails_for_all_fails_for_each() -> None:
    def broken(_: Sequence[int]) -> list[int]:
        raise OSError("gone")

    together = Together(broken)

    with pytest.raises(OSError, match="gone"):
        together(1)


def test_an_answer_may_be_nothing_at_all() -> None:
    together: Together[int, None] = Together(lambda wishes: [None for _ in wishes])
    answers: list[None] = []
    threads = [threading.Thread(target=lambda: answers.append(together(1))) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)

    assert answers == [None] * 50
