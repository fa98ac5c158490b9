"""The page about a directory that gets old, and its decision, name the limits that the code has."""

import pytest

from services.intake.domain.freshness import NOBODY_NEW_AFTER, NOTHING_NEW_AFTER, WARN_AFTER
from shared.messaging.brake import AT_MOST
from shared.testing.tree import ROOT

HOUR, DAY = 3600, 24 * 3600
PAGE = (ROOT / "docs" / "how-to" / "deploy-a-node.md").read_text("utf-8")
DECISION = (ROOT / "docs/explanation/decisions/0026-how-old-the-directory-is.md").read_text("utf-8")
LIMITS = [
    f"{WARN_AFTER.total_seconds() / HOUR:.0f} hours",
    f"{NOBODY_NEW_AFTER.total_seconds() / HOUR:.0f} hours",
    f"{NOTHING_NEW_AFTER.total_seconds() / DAY:.0f} days",
]


@pytest.mark.parametrize("limit", LIMITS)
def test_each_limit_is_named(limit: str) -> None:
    assert f"| {limit} |" in PAGE
    assert limit in DECISION


def test_how_often_a_round_trip_is_answered_is_named() -> None:
    assert AT_MOST == 10, "the pages say ten"
    assert "At most ten a minute" in PAGE
    assert "At most ten a minute" in DECISION
