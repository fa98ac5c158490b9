"""``throughline settings``: every setting, its meaning and its default."""

import typer

from deploy.console import say
from deploy.settings import as_markdown

app = typer.Typer(help="Every setting there is.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Every setting there is."""


@app.command("show")
def show() -> None:
    """Print the reference page of all settings, in Markdown."""
    say(as_markdown())
