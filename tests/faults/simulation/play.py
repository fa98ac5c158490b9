"""Play one seed: a short, stormy history, then peace, then the promise."""

from collections.abc import Callable
from datetime import timedelta

from shared.schemas.life import Move
from tests.faults.simulation import promise
from tests.faults.simulation.world import ORGS, World, begin, same_ids_each_time

DEEDS = 50  #: in one history
FIRST = 2  #: deeds at the beginning, all of which are sendings
ENDS = {Move.CANCEL, Move.WITHDRAW_CONSENT, Move.ENTERED_IN_ERROR}
ENDING = 0.08  #: of the moves, those that may end a referral before its time
RESTLESS = 10  #: every so many seeds, processes start anew after each of their turns


def play(seed: int) -> World:
    """Raises Broken if the promise does not hold in the end."""
    with same_ids_each_time():
        world = begin(seed)
        for number in range(DEEDS):
            _do_something(world, sending=number < FIRST)
        promise.require(world)
        return world


def _do_something(world: World, *, sending: bool) -> None:
    dice = world.weather.dice
    do: Callable[[World], None] = _send if sending else dice.choices(list(DEED), list(DEED.values()))[0]
    do(world)


def _send(world: World) -> None:
    world.send(world.weather.dice.choice(ORGS))


def _move(world: World) -> None:
    org = world.weather.dice.choice(ORGS)
    possible = world.allowed(org)
    if world.weather.dice.random() > ENDING:
        possible = [(id_, move) for id_, move in possible if move not in ENDS]
    if possible:
        world.move(org, *world.weather.dice.choice(possible))


def _forward(world: World) -> None:
    org = world.weather.dice.choice(ORGS)
    possible = [id_ for id_, move in world.allowed(org) if move is Move.FORWARD]
    if possible:
        world.forward(org, world.weather.dice.choice(possible))


def _withdraw(world: World) -> None:
    world.withdraw(world.weather.dice.choice(ORGS))


def _work(world: World) -> None:
    """Sometimes one works alone for a while, and sometimes all do."""
    dice = world.weather.dice
    some = [dice.choice(world.processes)] if dice.random() < 1 / 2 else world.processes
    for process in dice.choices(some, k=dice.randint(2, 8)):
        process.step()
        if world.weather.seed % RESTLESS == 0:
            process.restart()


def _wait(world: World) -> None:
    world.pass_time(timedelta(seconds=world.weather.dice.uniform(0, 90)))
    world.look_at_the_clock()


def _sleep(world: World) -> None:
    """Deadlines pass, and rungs of ladders are climbed."""
    world.pass_time(timedelta(hours=world.weather.dice.uniform(1, 30)))
    world.look_at_the_clock()


def _kill(world: World) -> None:
    world.weather.dice.choice(world.processes).restart()


def _lose_the_broker(world: World) -> None:
    world.broker.lose_everything()


DEED = {
    _send: 1,
    _forward: 2,
    _withdraw: 1,
    _move: 20,
    _work: 40,
    _wait: 6,
    _sleep: 6,
    _kill: 2,
    _lose_the_broker: 1,
}  #: how often each is done
