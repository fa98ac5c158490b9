"""Every web process answers as its description says, whatever it is asked and whoever asks."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tests.integration.described.asking import asked, figure
from tests.integration.described.served import Served, intake, reporting

SEED = 1
COUNTS = {"intake": 1_000, "reporting": 200}
DONE = {"intake": 24, "reporting": 2}  #: operations of which at least one request must not be refused


@pytest.mark.parametrize("name", COUNTS)
def test_what_is_answered_is_what_is_described(
    name: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    with _opened(name, tmp_path) as served:
        found = asked(served, COUNTS[name], first=SEED)

    record_property("figure", figure(name, found, SEED))
    assert list(found.wrong.values()) == []
    assert not [status for status in found.statuses if status >= 500]
    assert {200, 401, 422} <= found.statuses.keys()
    assert sum(times > 0 for times in found.done.values()) >= DONE[name]


def _opened(name: str, folder: Path) -> AbstractContextManager[Served]:
    return intake(folder) if name == "intake" else reporting()
