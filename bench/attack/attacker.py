"""The attacker: takes what is known of all others away from a released count, and guesses by what is left."""

from math import exp
from random import Random

from services.reporting.domain.noise import THOUSANDTHS, with_noise
from services.reporting.usecases.releasing import code_lists

OTHERS = 30  #: in the cell, and known to the attacker


def promised(epsilon: int) -> float:
    """How often, at the most, anybody can be right; ``epsilon`` in thousandths."""
    return exp(epsilon / THOUSANDTHS) / (1 + exp(epsilon / THOUSANDTHS))


def success(epsilon: int, trials: int) -> float:
    """How often the best test is right about whether one person is in; a coin decides each time.

    The person would stand in the table of recruiters, in a cell of which the attacker knows the others exactly, and the
    whole epsilon, in thousandths, is spent on it.
    """
    random = Random(11)  # noqa: S311 - coins, not noise
    lists, right = code_lists(), 0
    for _ in range(trials):
        is_in = random.random() < 0.5  # noqa: PLR2004 - a coin
        [noisy] = with_noise({"persons_by_recruiter": {("Family",): OTHERS + is_in}}, lists, epsilon)
        right += (noisy.cells["Family",] > OTHERS) == is_in
    return right / trials
