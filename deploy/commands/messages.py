"""``throughline parked`` and ``throughline outbox``: what waits, and sending it again."""

from typing import Annotated, Any
from uuid import UUID

import orjson
import typer
from sqlalchemy import Table

from deploy.composition import COMPOSITIONS, database_of, tables_of
from deploy.console import fail, out, show, show_json
from shared.messaging.parked import NotReplayable, Parked, find_parked, list_parked, replay
from shared.messaging.scribe import Scribe, reopened
from shared.messaging.waiting import count_outbox

parked = typer.Typer(help="Messages that wait for a person.", no_args_is_help=True)
outbox = typer.Typer(help="Messages that wait to be sent or receipted.", no_args_is_help=True)

Service = Annotated[str, typer.Option("--service", help="intake, referral, notifications or reporting.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def _known(service: str) -> str:
    if service not in COMPOSITIONS:
        fail(f"there is no service {service}: use one of {', '.join(COMPOSITIONS)}")
    return service


def _table(service: str, name: str) -> Table:
    return tables_of(_known(service))[name]


@parked.command("list")
def list_(*, service: Service = "intake", as_json: AsJson = False) -> None:
    """Every parked message with its reason, oldest first."""
    with database_of(_known(service)).reading() as tx:
        found = list_parked(tx, _table(service, "parked"))
    rows = [
        {"id": p.id, "reason": p.reason, "queue": p.queue, "parked_at": p.parked_at, "bytes": len(p.body)}
        for p in found
    ]
    show(rows, title="Parked messages", as_json=as_json)


@parked.command("show")
def show_one(message: UUID, *, service: Service = "intake") -> None:
    """One parked message: its attributes and the names of its fields; contents stay sealed or unshown."""
    database = database_of(_known(service))
    with database.reading() as tx:
        one = find_parked(tx, _table(service, "parked"), message)
    if one is None:
        fail(f"no parked message {message}: see throughline parked list")
    said = _said(database.outbox.scribe, one)
    show_json({"id": one.id, "reason": one.reason, "routing_key": one.routing_key, **_attributes(said)})


def _said(scribe: Scribe, one: Parked) -> object:
    """The event that it was parked for; None for what cannot be opened."""
    event, *_ = reopened(scribe, one.message)
    if event.said is not None or event.damaged:
        return event.said
    try:
        return orjson.loads(event.body)
    except orjson.JSONDecodeError:
        return None


def _attributes(wire: Any) -> dict[str, object]:
    try:
        named = {name: wire.get(name) for name in ("id", "source", "type", "time", "dataschema")}
        return {"message": named, "fields": sorted(wire["data"])}
    except (KeyError, TypeError, AttributeError):
        return {"message": None, "fields": []}


@parked.command("replay")
def replay_one(message: UUID, *, service: Service = "intake") -> None:
    """Let one parked message be tried again."""
    try:
        with database_of(_known(service)).transaction() as tx:
            replay(tx, _table(service, "parked"), message)
    except NotReplayable:
        fail(f"{message} cannot be tried again: it is not parked, or its sender was forged")
    out.print("It is tried again within seconds; if it is refused again it is parked again.")


@outbox.command("status")
def status(*, service: Service = "intake", as_json: AsJson = False) -> None:
    """How many messages wait, since when, and for what."""
    with database_of(_known(service)).reading() as tx:
        rows = count_outbox(tx, _table(service, "outbox"))
    show(rows, title="Outbox", as_json=as_json)
