"""What the referral service's tests share."""

from pathlib import Path

import pytest

from services.referral.tests.hub import Hub


@pytest.fixture
def hub(tmp_path: Path) -> Hub:
    return Hub(f"sqlite:///{tmp_path / 'hub.db'}")
