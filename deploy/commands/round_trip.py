"""``throughline network test PEER``: whether word gets from this node to the hub, to a peer's node, and back."""

import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, NoReturn

import typer

from deploy.commands.admission import check_organisation
from deploy.composition import composition_of
from deploy.console import CHECKS_FAILED, fail, out, show_json
from services.intake.domain.round_trip import RoundTrip
from services.intake.usecases.node import heartbeat
from services.intake.usecases.round_trips import Underway, give_up, look_at_trip, start_trip
from shared.database import Database
from shared.messaging.message import HUB
from shared.schemas.questions import (
    UNKNOWN,
)

LOOK_AGAIN = 0.05  #: seconds
SILENT_FOR = timedelta(minutes=2)  #: without a sign of the worker, after which it does not run
SAYS = {
    "written": "written to the outbox",
    "confirmed": "confirmed by the broker",
    "seen_by_hub": "seen by the hub",
    "seen_by_peer": "seen by the node of {peer}",
    "answered": "answered",
    "read": "answer read",
}  #: the steps in their order
NEXT = {
    "worker": "this node's worker does not run: start throughline run intake",
    "confirmed": "the broker did not take it: look for link.lost, link.misconfigured and outbox.refused_by_broker in "
    "the worker's log; a hub of an older version must run throughline network provision once more",
    "seen_by_hub": "the hub did not answer: ask its operator whether throughline run referral runs, and in this "
    "version; it takes ten tests a minute",
    "unknown": "{peer} is not in the network, or is no longer: compare its code with the directory",
    "seen_by_peer": "{peer} did not answer: its worker may not run, or may be of an older version, which does not "
    "answer; ask its administrator to run throughline network test hub",
}  #: what to look at when the step that is named does not come


@dataclass(frozen=True)
class Step:
    """One that was reached: after how many seconds we knew, and when it was by the clock of whoever did it."""

    step: str
    seconds: float
    at: datetime


def round_trip(
    peer: Annotated[str, typer.Argument(help="An organisation's code, or hub.")],
    *,
    timeout: Annotated[float, typer.Option(min=0.1, max=3600, help="Seconds to wait for the answer.")] = 30,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Send something that is about nobody to the hub or to a peer's node and back; says each step as it happens."""
    if peer != HUB:
        check_organisation(peer)
    composition = composition_of("intake")
    if peer == composition.sender:
        fail("this is your own node: name a partner, or hub")
    database, steps = composition.open_database(), []
    trip = start_trip(database, peer)
    for step in _walk(database, trip, peer, timeout):
        steps.append(step)
        if not as_json:
            out.print(f"{step.seconds:8.2f} s  {SAYS[step.step].format(peer=peer)}  ({step.at:%H:%M:%S} UTC)")
    remedy = _remedy(database, trip, peer, steps)
    if as_json:
        show_json(_told(peer, steps, remedy))
    if remedy:
        give_up(database, trip)
        _end(remedy, as_json=as_json)


def _told(peer: str, steps: list[Step], remedy: str | None) -> dict[str, Any]:
    return {"to": peer, "well": remedy is None, "steps": [asdict(step) for step in steps], "next": remedy}


def _end(remedy: str, *, as_json: bool) -> NoReturn:
    if as_json:
        raise SystemExit(CHECKS_FAILED)
    fail(remedy, code=CHECKS_FAILED)


def _walk(database: Database, trip: Underway, peer: str, timeout: float) -> Iterator[Step]:
    """The steps as they are reached, until the last, or until the time is over."""
    began, told = time.monotonic(), set[str]()
    wanted = [step for step in SAYS if peer != HUB or step not in ("seen_by_peer", "answered")]
    while True:
        seconds = time.monotonic() - began
        found, is_confirmed = look_at_trip(database, trip)
        reached = _reached(found, database.clock() if is_confirmed else None)
        for step in wanted:
            at = reached[step]
            if at is not None and step not in told:
                told.add(step)
                yield Step(step, round(seconds, 3), at)
        if "read" in told or found.outcome == UNKNOWN or seconds > timeout:
            return
        time.sleep(LOOK_AGAIN)


def _reached(trip: RoundTrip, confirmed_at: datetime | None) -> dict[str, datetime | None]:
    return {
        "written": trip.started_at,
        "confirmed": confirmed_at,
        "seen_by_hub": trip.seen_by_hub_at,
        "seen_by_peer": trip.seen_by_peer_at,
        "answered": trip.answered_at,
        "read": trip.read_at,
    }


def _remedy(database: Database, trip: Underway, peer: str, steps: list[Step]) -> str | None:
    """What to look at next; None when the answer is here."""
    told = {step.step for step in steps}
    if "read" in told:
        return None
    missing = next(step for step in SAYS if step not in told)
    if look_at_trip(database, trip)[0].outcome == UNKNOWN:
        missing = "unknown"
    elif missing == "confirmed" and _is_silent(database):
        missing = "worker"
    return NEXT[missing].format(peer=peer)


def _is_silent(database: Database) -> bool:
    beat = heartbeat(database)
    return beat is None or beat.seen_at < database.clock() - SILENT_FOR
