"""A thousand referrals through real services, a real broker and real databases, while all of them are broken."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.chaos.storm import storm

REFERRALS, FAULTS = 1_000, 20


@pytest.mark.timeout(
    900
)  # it takes a minute; a slow machine, and the pauses between attempts, are given time
def test_nothing_is_lost_and_nothing_doubled_whatever_breaks(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    storm(REFERRALS, FAULTS, tmp_path, lambda said: record_property("figure", said.strip()))
