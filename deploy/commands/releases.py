"""``throughline report``: what two people decide: releases with noise, rosters of masked counts, the rules."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Annotated, Any

import typer

from deploy.composition import WebComposition, web_of
from deploy.console import fail, out, show, show_json
from services.reporting.domain.periods import PeriodUnknown
from services.reporting.domain.rules import RulesWrong
from services.reporting.storage import tables
from services.reporting.storage.decisions import ROSTER, RULES
from services.reporting.usecases import deciding, releasing, rosters
from services.reporting.usecases.deciding import NotDecided
from services.reporting.usecases.releasing import NotReleased
from services.reporting.usecases.rosters import NotSigned
from services.reporting.usecases.staff import SignInRefused, sign_in
from shared.database import Database
from shared.schema_version import is_newest
from shared.schemas.workbook import HEADLINE, RELEASED
from shared.second_factors import CodeRefused, SecondFactors

As = Annotated[str, typer.Option("--as", help="Your name as a coordinator; the password is asked for.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
THOUSAND = 1_000
WHY = {
    "same_person": "somebody else than who asked must approve it",
    "proposal_unknown": "there is no such proposal: see throughline report settings",
    "proposal_other": "that proposal is about something else",
    "approved_already": "somebody else has approved it: only they can finish what was broken off",
    "coordinator_unknown": "that is no coordinator who signs in here",
    "table_unknown": f"tables are: {', '.join(RELEASED)}",
    "epsilon_out_of_range": "an epsilon lies between 0.001 and 4",
    "workbook_unknown": "this version of Throughline does not know that workbook",
    "organisations_too_few": "a release is never made of fewer than five organisations",
    "period_open": "the period still takes counts: release it once it is closed",
    "too_few_organisations": "too few organisations have sent counts for each of its quarters",
    "period_unknown": "a period is written 2026-Q4, or 2026",
    "quarter_unknown": "a quarter is written 2026-Q4",
    "quarter_not_over": "the quarter is not over: its counts are added up once, so wait for its end",
    "period_closed": "the quarter takes counts no longer",
    "not_masked": "counts of that quarter do not leave masked: see throughline report change-settings --masked-from",
    "roster_small": "a roster needs as many organisations as a release: see throughline report settings",
    "roster_completed": "all of the last roster have contributed: no other sum of the quarter may be read",
    "organisation_unknown": "one of the organisations is not in the register, or has sent these counts openly",
}  #: what is wrong, and so what to do, by the code of a refusal


def release(
    period: Annotated[str, typer.Argument(help="2026-Q4, or 2026.")],
    *,
    by: As,
    epsilon: Annotated[float, typer.Option(help="What it spends of the year's epsilon.")] = 1.0,
    table: Annotated[list[str] | None, typer.Option(help="A table; may be repeated. Else all.")] = None,
    headline: Annotated[bool, typer.Option("--headline", help="The first four tables only.")] = False,
) -> None:
    """Ask for a release; a second coordinator approves it, and only then is anything spent."""
    web, database = _signed_in(by)
    names = table or (HEADLINE if headline else tuple(RELEASED))
    with _explained():
        number = releasing.propose_release(
            database, period, names, round(epsilon * THOUSAND), by, open_for=web.settings.open_for
        )
    out.print(f"Proposal {number}. Another coordinator: throughline report approve {number} --as NAME")


def roster(
    quarter: Annotated[str, typer.Argument(help="2026-Q4.")],
    *,
    by: As,
    without: Annotated[
        list[str] | None, typer.Option(help="An organisation that is left out; may be repeated.")
    ] = None,
) -> None:
    """Ask for the sum of a quarter's masked counts; once a second coordinator approves, nodes are asked for theirs."""
    web, database = _signed_in(by)
    with _explained():
        number = rosters.propose_roster(
            database, quarter, by, without=without or (), open_for=web.settings.open_for
        )
    out.print(f"Proposal {number}. Another coordinator: throughline report approve {number} --as NAME")


def approve(number: Annotated[int, typer.Argument(help="The proposal.")], *, by: As) -> None:
    """Approve what another coordinator asked for. Again: finish a release that was broken off."""
    web, database = _signed_in(by)
    with _explained():
        with database.reading() as tx:
            what = deciding.find(tx, number).what
        if what == RULES:
            show_json(asdict(deciding.approve_rules(database, number, by)))
            return
        if what == ROSTER:
            signed = rosters.approve_roster(database, number, by, open_for=web.settings.open_for)
            out.print(
                f"Signed: {', '.join(sorted(signed.members))} for {signed.period}. They are being asked."
            )
            return
        made = releasing.approve_release(database, number, by, open_for=web.settings.open_for)
    out.print(
        f"Released: {', '.join(made.charge.tables)} for {made.charge.period}. See the page of releases."
    )


def ledger(*, as_json: AsJson = False) -> None:
    """What every release has spent, and what is spent on the people of each quarter's intake."""
    told = releasing.ledger_of(_database(web_of("reporting")))
    if as_json:
        show_json({"entries": [vars(one) for one in told.entries], "spent": told.spent, "epsilon": told.most})
        return
    rows = [
        {
            "number": one.proposal,
            "charged": f"{one.charged_at:%Y-%m-%d %H:%M}",
            "period": one.period,
            "epsilon": one.epsilon / THOUSAND,
            "tables": len(one.tables),
            "workbook": one.workbook,
            "asked by": one.asked_by,
            "approved by": one.approved_by,
            "released": "yes" if one.finished_at else "no",
        }
        for one in told.entries
    ]
    show(rows, title="Spent", as_json=False)
    people = [{"intake": q, "spent": n / THOUSAND, "of": told.most / THOUSAND} for q, n in told.spent.items()]
    show(people, title="By the people of a quarter", as_json=False)


def settings(*, as_json: AsJson = False) -> None:
    """The rules in force, and what waits for a second person."""
    database = _database(web_of("reporting"))
    rules, waiting = deciding.rules_in_force(database), deciding.open_proposals(database)
    if as_json:
        show_json({"rules": asdict(rules), "proposals": [vars(one) for one in waiting]})
        return
    shown = asdict(rules) | {"epsilon": rules.epsilon / THOUSAND}
    show([shown], title="In force", as_json=False)
    rows: list[dict[str, Any]] = [
        {"number": one.number, "what": one.what, "asked by": one.asked_by, **one.content} for one in waiting
    ]
    for row in rows:
        show([row], title="Waits", as_json=False)


def change_settings(
    *,
    by: As,
    epsilon: Annotated[float | None, typer.Option(help="The most that is spent on anybody's year.")] = None,
    workbook: Annotated[int | None, typer.Option(help="The workbook that nodes count by.")] = None,
    organisations: Annotated[int | None, typer.Option(help="Of how many a release must be made.")] = None,
    masked_from: Annotated[
        str | None, typer.Option(help="The quarter from which counts leave masked; never: none does.")
    ] = None,
) -> None:
    """Ask for other rules; they are in force once a second coordinator approves them."""
    _, database = _signed_in(by)
    thousandths = None if epsilon is None else round(epsilon * THOUSAND)
    since = "" if masked_from == "never" else masked_from
    wanted = {
        "epsilon": thousandths,
        "workbook": workbook,
        "organisations": organisations,
        "masked_from": since,
    }
    changes = {name: value for name, value in wanted.items() if value is not None}
    if not changes:
        fail("nothing would change: give at least one of the options")
    with _explained():
        number = deciding.propose_rules(database, changes, by)
    out.print(f"Proposal {number}. Another coordinator: throughline report approve {number} --as NAME")


def attach(app: typer.Typer) -> None:
    """Add these commands to ``throughline report``."""
    for command in (release, roster, approve, ledger, settings, change_settings):
        app.command()(command)


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except NotReleased as refused:
        if refused.code == "budget_spent":
            fail(f"that is more than is left of the year's epsilon: {refused.left / THOUSAND}")
        fail(WHY[refused.code])
    except (NotDecided, NotSigned, RulesWrong, PeriodUnknown) as refused:
        fail(WHY[refused.code])


def _signed_in(username: str) -> tuple[WebComposition, Database]:
    """The database, once somebody has shown who they are as on the pages: by a password and a code."""
    web = web_of("reporting")
    database = _database(web)
    key = web.settings.secret_key
    factors = SecondFactors(database, tables.second_factors, tables.sign_ins, key=key)
    try:
        sign_in(database, username, typer.prompt("Password", hide_input=True))
        if factors.is_set_up(username):
            factors.check(username, typer.prompt("Code"))
        elif web.settings.second_factor == "required":
            fail("you have no second step yet: sign in on the pages once")
    except (SignInRefused, CodeRefused) as refused:
        again = f" in {refused.wait} s" if refused.wait else ""
        fail(f"that is not the name, the password or the code; try again{again}")
    return web, database


def _database(web: WebComposition) -> Database:
    if not is_newest("services.reporting", web.database_url):
        fail("its database is new, or of an older version: run throughline migrate reporting first")
    return web.open_database()
