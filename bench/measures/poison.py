"""How much the others are slowed when one message in a hundred will never succeed, and whether each such is kept."""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from itertools import cycle, islice
from statistics import median
from uuid import UUID

import orjson
from kombu import Connection
from sqlalchemy import delete, select

from bench.effects import NotExactlyOnce
from bench.goals import Goal
from bench.measures.judged import Measured
from bench.measures.moments import await_effects, burst, last_commit
from bench.measures.moments import order as send
from bench.measures.order import Order, Tell
from bench.ours import OurSide, ours
from bench.place import Servers
from bench.side import PATIENCE
from services.referral.storage import metadata, referrals
from shared.clock import new_id, now
from shared.database import Database
from shared.messaging.message import encode
from shared.messaging.topology import from_node
from shared.polling import poll_until
from shared.schemas.intake import ReferralDelivered

ONE_IN = 100
UNREADABLE = Goal("rate with 1 in 100 unreadable ÷ none", floor=0.9, aim=1.0)
REFUSED = Goal("rate with 1 in 100 refused ÷ none", floor=0.9, aim=1.0)
HUB = "referral"
PARKED = metadata.tables["parked"]


@dataclass(frozen=True)
class _Poison:
    """A message as the sending node would have published it."""

    id: UUID
    key: str
    body: bytes


Make = Callable[[str, UUID], _Poison]  #: by an organisation, about a referral it has sent


def measure(servers: Servers, order: Order, tell: Tell) -> list[Measured]:
    """In a place of its own."""
    with servers.place() as place, ours(place, order.load) as side:
        burst(side, order.warm_up)
        return measure_on(side, order, tell)


def measure_on(side: OurSide, order: Order, tell: Tell) -> list[Measured]:
    """In each round without, with unreadable ones, and with such as are understood and then refused."""
    with closing(Database(side.plan.databases[HUB])) as hub:
        rounds = [_round(side, hub, order.referrals, tell) for _ in range(order.rounds)]
    return [_judge(goal, [one[goal] for one in rounds]) for goal in (UNREADABLE, REFUSED)]


def _judge(goal: Goal, ratios: Sequence[float]) -> Measured:
    note = f"{len(ratios)} rounds: {min(ratios):.2f} to {max(ratios):.2f}, all parked"
    return Measured(goal, median(ratios), note)


def _round(side: OurSide, hub: Database, size: int, tell: Tell) -> dict[Goal, float]:
    clean = burst(side, size)
    kinds: dict[Goal, Sequence[Make]] = {
        UNREADABLE: (no_json, no_event, no_data, forged),
        REFUSED: (refused,),
    }
    rates = {goal: _poisoned_burst(side, hub, makes, (size, clean)) for goal, makes in kinds.items()}
    tell(f"clean {clean:,.0f}/s; " + "; ".join(f"{goal.name}: {rate:,.0f}/s" for goal, rate in rates.items()))
    return {goal: rate / clean for goal, rate in rates.items()}


def _poisoned_burst(side: OurSide, hub: Database, makes: Sequence[Make], usual: tuple[int, float]) -> float:
    """The rate of the others, while poison is spread over as long as they usually take."""
    size, rate = usual
    poisons = list(islice(_made(side, hub, makes), size // ONE_IN))
    side.hush()
    with ThreadPoolExecutor(1) as aside:
        begun = time.time()
        send(side, size)
        poisoning = aside.submit(_publish, side.broker.url, poisons, rate / ONE_IN)
        await_effects(side, size)
        poisoning.result()
    _expect_parked(hub, poisons)
    side.come_to_rest()
    return size / (last_commit(side.effects) - begun)


def _made(side: OurSide, hub: Database, makes: Sequence[Make]) -> Iterator[_Poison]:
    with hub.reading() as tx:
        known = tx.execute(select(referrals.c.id).limit(1)).scalar_one()
    return (make(side.plan.nodes[0].org, known) for make in cycle(makes))


def _publish(url: str, poisons: Sequence[_Poison], per_second: float) -> None:
    first = time.monotonic()
    with Connection(url, transport_options={"confirm_publish": True}) as connection:
        producer = connection.Producer()
        for number, poison in enumerate(poisons):
            time.sleep(max(0.0, first + number / per_second - time.monotonic()))
            named = {"exchange": "network.in", "message_id": str(poison.id)}
            producer.publish(poison.body, poison.key, content_encoding="binary", **named)


def _expect_parked(hub: Database, poisons: Sequence[_Poison]) -> None:
    """Each is kept, as it came, once; then they are taken away, as by an operator. Raises NotExactlyOnce."""
    poll_until(
        lambda: len(_parked(hub)) >= len(poisons), seconds=PATIENCE, what="every poisoned message to be kept"
    )
    if sorted(_parked(hub)) != sorted(poison.body for poison in poisons):
        raise NotExactlyOnce(
            f"parked: {len(_parked(hub))} messages that are not the {len(poisons)} poisoned ones"
        )
    with hub.transaction() as tx:
        tx.execute(delete(PARKED))


def _parked(hub: Database) -> list[bytes]:
    with hub.reading() as tx:
        return list(tx.execute(select(PARKED.c.body)).scalars())


def _delivered(org: str, referral_id: UUID) -> tuple[UUID, str, bytes]:
    """That the sender itself has got the referral: well-formed, and refused, since it is the receiver's to say."""
    event, id_ = ReferralDelivered(referral_id=referral_id, delivered_at=now()), new_id()
    body = encode(event, id=id_, sender=org, subject=str(referral_id), at=now())
    return id_, from_node(org).key(event), body


def refused(org: str, referral_id: UUID) -> _Poison:
    """Opened and understood, then refused by the service in the middle of a batch."""
    return _Poison(*_delivered(org, referral_id))


def no_json(org: str, referral_id: UUID) -> _Poison:
    """Its end is missing."""
    id_, key, body = _delivered(org, referral_id)
    return _Poison(id_, key, body[:-1])


def no_event(org: str, referral_id: UUID) -> _Poison:
    """An event that nobody knows."""
    id_, key, body = _delivered(org, referral_id)
    return _Poison(id_, key, body.replace(b"intake.referral_delivered", b"intake.referral_eaten"))


def no_data(org: str, referral_id: UUID) -> _Poison:
    """Its data lack what they must have."""
    id_, key, body = _delivered(org, referral_id)
    return _Poison(id_, key, orjson.dumps(orjson.loads(body) | {"data": {}}))


def forged(org: str, referral_id: UUID) -> _Poison:
    """It claims to be another's."""
    id_, key, body = _delivered(org, referral_id)
    return _Poison(id_, key, orjson.dumps(orjson.loads(body) | {"source": "/another"}))
