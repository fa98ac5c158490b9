"""Polling asks until the answer is true, and says what it waited for when it gives up."""

import pytest

from shared.polling import poll_until


def test_the_first_true_answer_comes_back() -> None:
    answers = iter([0, None, "", "here", "too late"])
    assert poll_until(lambda: next(answers), seconds=5, what="an answer") == "here"


def test_giving_up_names_what_did_not_come() -> None:
    with pytest.raises(TimeoutError, match="a blue moon"):
        poll_until(lambda: False, seconds=0, what="a blue moon")
