"""The ``throughline`` command: finds the noun, imports no more than that, and turns failures into one line."""

import sys
from collections.abc import Callable
from functools import partial
from importlib import import_module

from deploy.memory import look_less_for_garbage

GROUPS = {
    "demo": "deploy.demo.command:app",
    "network": "deploy.commands.network:app",
    "directory": "deploy.commands.directory:app",
    "parked": "deploy.commands.messages:parked",
    "outbox": "deploy.commands.messages:outbox",
    "notices": "deploy.commands.notices:notices",
    "mail": "deploy.commands.notices:mail",
    "case": "deploy.commands.cases:app",
    "referral": "deploy.commands.referral:app",
    "audit": "deploy.commands.audit:app",
    "report": "deploy.commands.reports:app",
    "user": "deploy.commands.staff:app",
    "schema": "deploy.commands.schema:app",
    "settings": "deploy.commands.settings:app",
}
COMMANDS = {
    **dict.fromkeys(("run", "web", "migrate"), "deploy.commands.services"),
    **dict.fromkeys(("backup", "restore"), "deploy.commands.backup"),
    "doctor": "deploy.commands.doctor",
    "support-bundle": "deploy.commands.support_bundle",
    "upgrade": "deploy.commands.upgrade",
    "init": "deploy.commands.init",
    "init-hub": "deploy.commands.init_hub",
    **dict.fromkeys(("up", "down", "status", "logs"), "deploy.commands.processes"),
    "practice": "deploy.practice.command",
}  #: that are no group, and where they are
UNTOLD = (
    "init",
    "init-hub",
    "demo",
    "practice",
    "schema",
    "settings",
    "",
)  #: which have no use for the settings of a node that is there
SECRETS = ("--password", "--passphrase")  #: never followed by one: everybody on the machine could read it
INTERRUPTED = 130  #: what a shell reports of a program that was ended by Ctrl-C
ASKED_FOR = 4  #: words of ``network key FILE --passphrase``, which says that a passphrase is to be asked for


def main() -> None:
    """Run the command; every foreseeable failure is one line and an exit code (0, 1, 2, 78)."""
    look_less_for_garbage()
    noun = next((word for word in sys.argv[1:] if not word.startswith("-")), "")
    if noun == "run":
        import_module("deploy.green")  # sockets and threads are patched before anybody uses them
    from deploy.configured import take_settings
    from deploy.console import explained_errors, reader_gone

    try:
        with explained_errors():
            _refuse_secrets(sys.argv[1:])
            if noun not in UNTOLD:
                take_settings()
            _command(noun, sys.argv[1:])()
    except BrokenPipeError:
        reader_gone()
    except KeyboardInterrupt:
        raise SystemExit(INTERRUPTED) from None


def _refuse_secrets(words: list[str]) -> None:
    from deploy.console import fail

    asked_for = SECRETS[1:] if words[:2] == ["network", "key"] and len(words) == ASKED_FOR else ()
    for word in words:
        if word.partition("=")[0] in SECRETS and word not in asked_for:
            fail(
                "a secret on the command line can be read by everybody on this machine: leave it out, it is asked for"
            )


def _command(noun: str, words: list[str]) -> Callable[[], None]:
    """A process that is plainly named needs no reader of command lines, and would keep its memory."""
    match words:
        case ["run" | "web" as process, service] if not service.startswith("-"):
            return partial(getattr(import_module(COMMANDS[process]), process), service)
    return _application(noun)


def _application(noun: str) -> Callable[[], None]:
    """Only the noun's own part when it is known: a service must not load what the demo needs."""
    import typer

    app = typer.Typer(
        help="Throughline: referrals between organisations that protect people.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        add_completion=False,
    )
    app.callback()(_nothing)
    known = noun in COMMANDS or noun in GROUPS
    for name in COMMANDS.keys() & {noun} if known else COMMANDS:
        app.command(name)(getattr(import_module(COMMANDS[name]), name.replace("-", "_")))
    for name in (noun,) if noun in GROUPS else () if noun in COMMANDS else GROUPS:
        module, _, attribute = GROUPS[name].partition(":")
        app.add_typer(getattr(import_module(module), attribute), name=name)
    return app


def _nothing() -> None:
    """Throughline: referrals between organisations that protect people."""


if __name__ == "__main__":
    main()
