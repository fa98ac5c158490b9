"""What would show more, or to more people, than was meant is refused, saying what to set."""

import pytest

from deploy.watching.settings import WatchSettings
from shared.settings import SettingsWrong, read

REFUSED = {
    "an address beyond loopback": ({"METRICS_ADDRESS": "192.0.2.1"}, "METRICS_BEYOND_LOOPBACK"),
    "another machine's name": ({"METRICS_ADDRESS": "node.example"}, "METRICS_BEYOND_LOOPBACK"),
    "every address, by saying none": ({"METRICS_ADDRESS": ""}, "METRICS_BEYOND_LOOPBACK"),
    "no port": ({"METRICS_PORT": "70000"}, "between 0 and 65535"),
    "traces in the clear": ({"TRACES_URL": "http://traces.example/v1/traces"}, "https://"),
    "traces to a file": ({"TRACES_URL": "file:///tmp/traces"}, "https://"),
}


@pytest.mark.parametrize(("told", "says"), REFUSED.values(), ids=REFUSED)
def test_what_is_not_safe_is_refused(told: dict[str, str], says: str) -> None:
    with pytest.raises(SettingsWrong, match=says):
        read(WatchSettings, {f"THROUGHLINE_{name}": value for name, value in told.items()})


def test_all_is_off_unless_it_is_set() -> None:
    settings = read(WatchSettings, {})
    assert (settings.metrics_port, settings.web_metrics_port, settings.traces_url) == (0, 0, "")


def test_who_says_so_may_show_metrics_to_others() -> None:
    told = {"THROUGHLINE_METRICS_ADDRESS": "192.0.2.1", "THROUGHLINE_METRICS_BEYOND_LOOPBACK": "true"}
    assert read(WatchSettings, told).metrics_address == "192.0.2.1"
