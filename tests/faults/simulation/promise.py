"""What must be true once all troubles have ended: nothing lost, nothing doubled, everybody of one mind."""

from collections import Counter
from typing import Any
from uuid import UUID

from shared.messaging.letters import recorded_moves
from shared.messaging.topology import TO_NOTIFICATIONS
from shared.notices.kinds import OVERDUE, Kind
from shared.schemas.codes import RUNGS
from shared.schemas.intake import PeopleCalled
from shared.schemas.life import Move, State
from shared.schemas.referral import Overdue
from shared.sealing.chain import breaks
from tests.faults.simulation.process import KEYS
from tests.faults.simulation.world import ORGS, World

OF_MOVES = (Kind.REFERRAL_WAITS, Kind.SENDER_MOVED, Kind.RECEIVER_MOVED)
TOLD_BY_HUB = {"intake": "to_org", "supervisor": "from_org"}  #: the rungs of which it tells, and whom
FLAGS = (("acknowledgement", "acknowledgement_flagged_at"), ("reply", "overdue_at"))
TOLD = ("number", "move", "state", "by_org", "letter", "link")  #: of a move, what all three keep


class Broken(AssertionError):
    """The promise does not hold; says where."""


def require(world: World) -> None:
    """End all troubles, and raise Broken for the first thing that does not come to rest as it must."""
    if said := world.heal(lambda: next(_broken(world), None)):
        raise Broken(f"seed {world.weather.seed}: {said}")


def _broken(world: World) -> Any:
    at_hub = {row["id"]: row for row in world.hub.rows("referrals")}
    here = {org: {row["id"]: row for row in world.nodes[org].rows("referrals")} for org in ORGS}
    yield from (
        f"{id_} was shown as sent and is nowhere"
        for id_ in world.sent
        if id_ not in here[ORGS[0]] | here[ORGS[1]]
    )
    taken = {id_ for org in ORGS for id_, row in here[org].items() if not row["refused"]}
    for id_ in taken:
        yield from _one_mind(world, id_, at_hub.get(id_), [here[org].get(id_) for org in ORGS])
    yield from _withdrawn_everywhere(world)
    yield from _forwards_followed(world)
    yield from _moves_settled(world)
    yield from _everybody_told(world)
    for process in world.processes:
        waiting = [row["awaits"] for row in process.rows("outbox") if row["awaits"]]
        yield from (f"{process.queue} still awaits {what}" for what in waiting)


def _one_mind(world: World, id_: UUID, hub: Any, both: list[Any]) -> Any:
    if hub is None or None in both:
        yield f"{id_} is not everywhere"
        return
    for row in both:
        if (row["state"], row["number"], row["unconfirmed"]) != (hub["state"], hub["number"], False):
            yield f"{id_} stands differently at a node: {row['state']} {row['number']}, {hub['state']} {hub['number']}"
        if row["shown_state"] != hub["state"]:
            yield f"{id_} is shown as {row['shown_state']}"
    if {row["direction"] for row in both} != {"in", "out"}:
        yield f"{id_} has not one sender and one receiver"
    yield from _one_history(world, id_)
    received = next(row for row in both if row["direction"] == "in")
    if (received["sealed"] is None) != _was_withdrawn(world, id_):
        yield f"{id_} has lost its content, or kept it"


def _was_withdrawn(world: World, id_: UUID) -> bool:
    """Whether consent was withdrawn for it, or for one from which it was forwarded."""
    return bool(world.hub.rows("erasures", referral_id=id_))


def _withdrawn_everywhere(world: World) -> Any:
    """Who withdrew knows of everybody who holds something, and each has said what became of it."""
    asked = {(row["asked_id"], row["referral_id"]) for row in world.hub.rows("erasures")}
    known = [row for org in ORGS for row in world.nodes[org].rows("copies")]
    if {(row["asked_id"], row["referral_id"]) for row in known} != asked:
        yield "somebody holds something of which who withdrew does not know"
    yield from (
        f"{id_} went on, and who withdrew {asked_id} does not know"
        for asked_id in {asked_id for asked_id, _ in asked}
        for id_ in _forwarded_from(world, asked_id)
        if (asked_id, id_) not in asked
    )
    yield from (f"{row['referral_id']} was not answered whole" for row in known if not row["finished"])
    for org in ORGS:
        rows = {row["id"]: row for row in world.nodes[org].rows("referrals")}
        forwarded = [row for row in rows.values() if row["direction"] == "out" and row["parent_id"]]
        kept = [row for row in forwarded if row["sealed"] and rows[row["parent_id"]]["sealed"] is None]
        yield from (f"{row['id']} went on, and what went is still at {org}" for row in kept)


def _forwarded_from(world: World, id_: UUID) -> Any:
    """That referral, and all that went on from it."""
    yield id_
    for child in world.hub.rows("referrals", parent_id=id_):
        yield from _forwarded_from(world, child["id"])


def _forwards_followed(world: World) -> Any:
    """The sender of what was forwarded sees how it stands."""
    at_hub = {row["id"]: row for row in world.hub.rows("referrals")}
    for child in at_hub.values():
        parent = at_hub.get(child["parent_id"])
        if parent is None or parent["state"] != State.FORWARDED:
            continue
        rows = world.nodes[parent["from_org"]].rows("children")
        if [row["state"] for row in rows if row["child_id"] == child["id"]] != [child["state"]]:
            yield f"{child['id']} is not followed by the sender of {parent['id']}"


def _one_history(world: World, id_: UUID) -> Any:
    told = {process.queue: _history(process, id_) for process in (*world.nodes.values(), world.hub)}
    lines = told[world.hub.queue]
    if [line[0] for line in lines] != list(range(1, len(lines) + 1)):
        yield f"{id_} has moves without an order: {lines}"
    yield from (f"{id_} has another history at {name}" for name, line in told.items() if line != lines)
    for process in (*world.nodes.values(), world.hub):
        yield from (f"{id_} is not proven at {process.queue}: {wrong}" for wrong in _unproven(process, id_))
    once = Counter(line[1] for line in lines)
    if once[Move.SEND] != 1 or once[Move.DELIVER] > 1:
        yield f"{id_} was sent or delivered more than once: {lines}"


def _history(process: Any, id_: UUID) -> list[Any]:
    rows = process.rows("moves", referral_id=id_)
    return sorted(tuple(row[name] for name in TOLD) for row in rows if row["number"] is not None)


def _unproven(process: Any, id_: UUID) -> Any:
    """Every move of the chain, by its maker's own letter."""
    with process.database.reading() as tx:
        moves = recorded_moves(tx, process.tables["moves"], process.tables["letters"], id_)
    return breaks(moves, {org: (KEYS[org].public.signing,) for org in ORGS})


def _moves_settled(world: World) -> Any:
    """What somebody was told is done either stands, once, or has come back as refused."""
    numbered = Counter(row["move_id"] for row in world.hub.rows("moves"))
    yield from (f"the move {id_} stands {count} times" for id_, count in numbered.items() if count > 1)
    for org, _, move_id in world.moved:
        lines = [row for row in world.nodes[org].rows("moves") if row["move_id"] == move_id]
        if len(lines) != 1:
            yield f"the move {move_id} is lost at its maker"
        elif (lines[0]["number"] is None) == (lines[0]["refused_after"] is None):
            yield f"the move {move_id} neither stands nor is refused"
        elif (lines[0]["number"] is not None) != (numbered[move_id] == 1):
            yield f"the move {move_id} stands for one and not for the other"


def _each_rung_said(world: World) -> Any:
    """The hub says each rung of a ladder once, in order, and stands where it said last."""
    rungs = [event for to, event in world.hub.said if isinstance(event, Overdue) and to == TO_NOTIFICATIONS]
    for row in world.hub.rows("referrals"):
        said = [(event.level, event.rung) for event in rungs if event.referral_id == row["id"]]
        ladders = {level: [rung for on, rung in said if on == level] for level, _ in FLAGS}
        due = {level: list(RUNGS[: max(len(ladders[level]), row[flag] is not None)]) for level, flag in FLAGS}
        if ladders != due or row["rung"] != (said[-1][1] if said else None):
            yield f"{row['id']} stands at {row['rung']} and was said to climb {said}"


def _notices_said(world: World) -> Any:
    """What is to be told of ladders: whose rung it is, by the hub; or whom a node calls."""
    for to, event in (said for process in world.processes for said in process.said):
        if isinstance(event, Overdue) and to == TO_NOTIFICATIONS and event.rung in TOLD_BY_HUB:
            org = getattr(event, TOLD_BY_HUB[event.rung])
            yield org, OVERDUE[event.level], event.urgency == "emergency"
        if isinstance(event, PeopleCalled):
            yield to.prefix.split(".")[1], Kind.PEOPLE_CALLED, event.urgent


def _everybody_told(world: World) -> Any:
    """One notice for each move of somebody else, for each rung and for each call of a node; counted as it is."""
    rows = world.notices.rows("notices")
    moves = sum(row["move"] != Move.SEND for row in world.hub.rows("moves"))
    told = sum(row["kind"] in OF_MOVES for row in rows)
    if told != moves:
        yield f"{told} notices of moves instead of {moves}"
    yield from _each_rung_said(world)
    due = Counter(_notices_said(world))
    late = Counter((row["org"], row["kind"], row["urgent"]) for row in rows if row["kind"] not in OF_MOVES)
    if late != due:
        yield f"of ladders, not told: {due - late}; told and not said: {late - due}"
    counted = {row["referral_id"]: (row["number"], row["state"]) for row in world.counts.rows("referrals")}
    true = {row["id"]: (row["number"], row["state"]) for row in world.hub.rows("referrals")}
    if counted != true:
        yield f"counted as {counted}, which are {true}"
