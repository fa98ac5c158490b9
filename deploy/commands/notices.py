"""``throughline notices`` and ``throughline mail test``: what became of notices, and whether mail can leave."""

from dataclasses import asdict
from typing import Annotated, Any

import typer

from deploy.composition import database_of, refuse_misspelt
from deploy.console import CHECKS_FAILED, fail, out, show, show_json
from shared.notices.keeping import count_notices
from shared.notices.mail_check import SAYS, Step, Trial
from shared.notices.mails import count_mails
from shared.notices.settings import MailSettings
from shared.notices.tables import NoticeTables
from shared.settings import EXIT_CODE, read, variable

notices = typer.Typer(help="What became of notices.", no_args_is_help=False)
mail = typer.Typer(help="Mail.", no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@notices.callback(invoke_without_command=True)
def listing(
    *,
    service: Annotated[
        str, typer.Option(help="notifications, or intake for a node that writes itself.")
    ] = "notifications",
    as_json: AsJson = False,
) -> None:
    """How many notices wait, were sent, failed or were dropped, and why; and mails, with the last error. No names.

    Of a node also those by push, and the pushes: each is to all browsers that one person has named.
    """
    counted: dict[str, list[dict[str, Any]]] = {}
    kept = _tables(service)
    with database_of(service).reading() as tx:
        for (notices, mails), tables in kept.items():
            counted |= {notices: count_notices(tx, tables), mails: count_mails(tx, tables)}
    if as_json:
        show_json({title.lower().replace(" ", "_"): rows for title, rows in counted.items()})
        return
    for title, rows in counted.items():
        show(rows, title=title, as_json=False)


def _tables(service: str) -> dict[tuple[str, str], NoticeTables]:
    """By what the notices and the mails in them are called."""
    by_mail = ("Notices", "Mails")
    if service == "notifications":
        from services.notifications.storage import tables

        return {by_mail: tables}
    if service != "intake":
        fail(f"{service} tells nobody: use notifications or intake")
    from services.intake.storage.notice_tables import notices
    from services.intake.storage.push_tables import pushed

    return {by_mail: notices, ("Notices by push", "Pushes"): pushed}


@mail.command("test")
def try_mail(
    address: Annotated[
        str | None, typer.Argument(help="Who is sent a test mail; without, none is sent.")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Try the way to the mail server, step by step, with this process's settings; exits 2 when a step fails."""
    refuse_misspelt()
    settings = read(MailSettings)
    if not settings.smtp_host:
        fail(f"{variable('smtp_host')} is missing: set it to the name of the mail server", code=EXIT_CODE)
    if address and address.count("@") != 1:
        fail("this is no mail address")
    steps = []
    for step in Trial(settings, address).steps():
        steps.append(step)
        if not as_json:
            out.print(_line(step))
    _end(steps, as_json=as_json)


def _line(step: Step) -> str:
    return f"{'well  ' if step.well else 'failed'}  {SAYS[step.step]}" + (
        f" ({step.error})" if step.error else ""
    )


def _end(steps: list[Step], *, as_json: bool) -> None:
    last = steps[-1]
    if as_json:
        told: dict[str, Any] = {"well": last.well, "steps": [asdict(step) for step in steps]}
        show_json(told)
    if not last.well:
        if as_json:
            raise SystemExit(CHECKS_FAILED)
        fail(last.remedy or "", code=CHECKS_FAILED)
