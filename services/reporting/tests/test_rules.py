"""From which quarter on counts are masked is a quarter, or nothing."""

import pytest

from services.reporting.domain.rules import Rules, RulesWrong


def test_counts_are_masked_from_a_quarter_or_never() -> None:
    assert (Rules().masked_from, Rules(masked_from="2026-Q2").masked_from) == ("", "2026-Q2")


@pytest.mark.parametrize("wrong", ["2026", "2026-Q5", "soon", "2026-Q1 "])
def test_a_year_or_something_else_is_no_quarter(wrong: str) -> None:
    with pytest.raises(RulesWrong, match="quarter_unknown"):
        Rules(masked_from=wrong)
