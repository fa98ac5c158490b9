"""What the page about sizes says was measured is what the kept run printed."""

import json

from shared.testing.tree import ROOT
from tests.packaging.compose import services
from tests.packaging.test_linted import ANYTHING

PAGE = (ROOT / "docs" / "explanation" / "sizing.md").read_text("utf-8")
KEPT = "bench/results/example-signed.json"


def test_the_figures_are_those_of_the_kept_run() -> None:
    run = json.loads((ROOT / KEPT).read_text("utf-8"))
    ours = run["sides"]["throughline"]
    assert f"`{KEPT}` had {run['conditions']['processors']} processors" in PAGE
    assert f"* {ours['per_second']['median']:,.0f} referrals a second" in PAGE
    assert f"* {ours['processor_ms']['median']:.1f} milliseconds of processor time" in PAGE


def _memory_gb(file: str) -> float:
    running = [one.told for one in services(file, ANYTHING).values() if "profiles" not in one.told]
    return sum({"512m": 0.5, "2g": 2}[told["mem_limit"]] for told in running)


def test_the_memory_is_that_of_the_compose_files() -> None:
    node, hub = _memory_gb("node.yaml"), _memory_gb("hub.yaml")
    assert f"{node:g} GB of memory for a node and {hub:g} GB for the hub" in PAGE
