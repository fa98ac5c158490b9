"""Each mutant still finds in the code what it breaks; that each is caught, ``make mutants`` tells."""

import pytest

from tests.faults.mutants.__main__ import CASES
from tests.faults.mutants.broken import Mutant


@pytest.mark.parametrize("mutant", dict.fromkeys(case.mutant for case in CASES), ids=lambda one: one.__name__)
def test_it_can_be_made(mutant: Mutant) -> None:
    with mutant():
        pass
