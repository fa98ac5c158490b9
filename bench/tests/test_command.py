"""What may be asked for."""

import typer
from typer.testing import CliRunner

from bench.__main__ import main

app = typer.Typer()
app.command()(main)


def test_a_peer_that_cannot_run_on_sqlite_is_refused_before_anything_is_started() -> None:
    refused = CliRunner().invoke(app, ["--database", "sqlite", "--peer", "plain-nameko", "--peer", "celery"])
    assert refused.exit_code == 2
    assert "celery cannot run on sqlite" in refused.output
