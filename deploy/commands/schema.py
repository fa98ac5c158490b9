"""``throughline schema``: the contract, for people and programs of other organisations."""

import typer

from deploy.console import show_json
from shared.schemas.asyncapi import asyncapi

app = typer.Typer(help="The contract between organisations.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """The contract between organisations."""


@app.command("show")
def show() -> None:
    """Print AsyncAPI 3.0 for every event, as JSON."""
    show_json(asyncapi())
