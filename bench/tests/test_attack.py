"""The attack is told beside what was promised, and a promise that is broken is said to be."""

import json
from pathlib import Path

import typer
from typer.testing import CliRunner

from bench.attack.__main__ import Played, main

app = typer.Typer()
app.command()(main)


def test_it_is_printed_and_written_beside_what_was_promised(tmp_path: Path) -> None:
    done = CliRunner().invoke(
        app, ["--trials", "200", "--epsilon", "1", "--json", str(tmp_path / "told.json")]
    )
    assert done.exit_code == 0
    assert "73.11%" in done.output
    [one] = json.loads((tmp_path / "told.json").read_text())["measured"]
    assert (one["trials"], one["kept"], round(one["promised"], 4)) == (200, True, 0.7311)
    assert 0.5 < one["success"] < 0.95


def test_a_broken_promise_is_said() -> None:
    assert not Played(1, 20_000, success=0.80, promised=0.7311, chance=0.0186).kept
