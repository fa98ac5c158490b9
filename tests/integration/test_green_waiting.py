"""A worker waits for PostgreSQL by itself for a moment only: what it waits for may be held by its own other half."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PATIENCE = 60  #: seconds, after which they wait for each other for ever


def test_whoever_waits_for_a_row_lets_its_holder_go_on(postgres_url: str) -> None:
    program = [sys.executable, "-W", "ignore", "-m", "tests.integration.green_waiting", postgres_url]

    ended = subprocess.run(program, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=False)

    assert (ended.stdout, ended.stderr) == ("2 True\n", "")
