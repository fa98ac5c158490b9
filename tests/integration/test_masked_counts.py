"""Masked counts over the hub: it reads the sum of a roster, nobody's counts, and never two sums that differ by one."""

from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from services.intake.domain import Actor, Role
from services.intake.storage import counts_sent
from services.intake.storage import masking as at_node
from services.intake.usecases.cases import open_case
from services.intake.usecases.consent import record_consent
from services.intake.usecases.counting import contribute_all_counts
from services.intake.usecases.people import register_person
from services.reporting.storage.masked_tables import masked_counts
from services.reporting.storage.tables import contributions
from services.reporting.usecases import deciding, releasing, rosters
from services.reporting.usecases.report import table
from services.reporting.usecases.rosters import NotSigned
from services.reporting.usecases.staff import add_coordinator
from shared.database import Database
from shared.messaging.amqp import AmqpLink
from shared.messaging.post import Post
from shared.polling import poll_until
from shared.sealing.masking import unpacked
from shared.testing.broker import Broker, furnish
from tests.two_organisations import World

ORGS = ("bridge", "harbour", "lantern", "oak", "river", "shore")
PEOPLE = dict(zip(ORGS, (7, 11, 5, 0, 13, 9), strict=True))
PERIOD, OPEN_FOR = "2026-Q1", timedelta(days=45)
COUNTED = {"given_by": "individual", "purposes": ["statistics"], "organisations": [], "fields": []}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with closing(World(tmp_path, dict.fromkeys(ORGS, (("olena", Role.FOCAL_POINT),)))) as world:
        for name in ("anna", "boris"):
            add_coordinator(hub(world), name, "seven quiet lanterns")
        for org, people in PEOPLE.items():
            by = Actor("olena", Role.FOCAL_POINT, org)
            for _ in range(people):
                person = register_person(world.databases[org], {"given_name": "Sample"}, by)
                record_consent(world.databases[org], person.id, COUNTED, by)
                open_case(world.databases[org], person.id, by)
        yield world


def hub(world: World) -> Database:
    return world.databases["reporting"]


def masks(world: World, since: str = PERIOD) -> None:
    number = deciding.propose_rules(hub(world), {"masked_from": since}, "anna")
    deciding.approve_rules(hub(world), number, "boris")
    world.network.settle()


def asks(world: World, *, without: tuple[str, ...] = ()) -> int:
    """Two people sign a roster; it is on its way."""
    number = rosters.propose_roster(hub(world), PERIOD, "anna", without=without, open_for=OPEN_FOR)
    return rosters.approve_roster(hub(world), number, "boris", open_for=OPEN_FOR).number


def after_the_quarter(world: World) -> None:
    masks(world)
    world.clock.pass_time(days=35)


def shown(world: World) -> float | None:
    total = table(hub(world), "persons_identified", PERIOD).total
    return total.shown if total else None


def silent(world: World, org: str) -> Any:
    """That node hears and says nothing until its pump is put back."""
    place = next(i for i, (pump, _) in enumerate(world.network.pumps) if pump.delivery.queue == f"node.{org}")
    return world.network.pumps.pop(place)


def stored(world: World) -> list[Any]:
    with hub(world).reading() as tx:
        return list(tx.execute(select(masked_counts)))


def test_the_hub_reads_the_sum_and_keeps_nobodys_counts(world: World) -> None:
    after_the_quarter(world)
    assert sum(contribute_all_counts(world.databases[org]) for org in ORGS) == 0
    asks(world)
    world.network.settle()

    report = table(hub(world), "persons_identified", PERIOD)
    assert (shown(world), report.contributors) == (45, 6)
    assert all(row.masked is None and row.seed is None for row in stored(world))
    with hub(world).reading() as tx:
        assert tx.execute(select(contributions)).all() == []


def test_a_node_shows_what_it_counted_before_masking_and_its_answer(world: World) -> None:
    after_the_quarter(world)
    number = asks(world)
    world.network.settle()
    with world.databases["harbour"].reading() as tx:
        [sent] = counts_sent.newest_sent(tx, limit=9)
        assert tx.execute(select(world.databases["harbour"].outbox.table)).all() == []
    assert (sent.roster, sent.answer) == (number, "taken")
    assert {cell["count"] for cell in sent.cells if cell["table"] == "persons_identified"} == {11}


def test_before_all_have_contributed_nothing_can_be_read_and_each_looks_random(world: World) -> None:
    after_the_quarter(world)
    silent(world, "shore")
    asks(world)
    world.network.settle()

    said = stored(world)
    assert len(said) == 5
    for row in said:
        assert min(unpacked(row.masked)) > 1_000_000, "no cell is a count: one of 2**44 would be"
    assert all(row.seed is None for row in said)
    assert shown(world) is None


def test_without_whoever_is_silent_a_new_roster_is_signed_and_the_old_sum_is_lost(world: World) -> None:
    after_the_quarter(world)
    away = silent(world, "shore")
    old = asks(world)
    world.network.settle()
    new = asks(world, without=("shore",))
    world.network.settle()
    assert shown(world) == 36

    world.network.pumps.append(away)
    world.network.settle()
    assert shown(world) == 36
    with world.databases["harbour"].reading() as tx:
        kept = {one.number: one for one in at_node.rosters_of(tx, PERIOD)}
    assert (kept[old].seed, kept[old].lifted_at) == (None, None)
    assert kept[new].lifted_at
    assert all(row.masked is None for row in stored(world))


def test_once_all_have_contributed_no_other_roster_is_signed(world: World) -> None:
    after_the_quarter(world)
    away = silent(world, "shore")
    asks(world)
    world.network.settle()
    number = rosters.propose_roster(hub(world), PERIOD, "anna", without=("shore",), open_for=OPEN_FOR)
    world.network.pumps.append(away)
    world.network.settle()
    assert shown(world) == 45
    with pytest.raises(NotSigned, match="roster_completed"):
        rosters.approve_roster(hub(world), number, "boris", open_for=OPEN_FOR)


def test_a_release_is_made_of_a_masked_sum(world: World) -> None:
    after_the_quarter(world)
    asks(world)
    world.network.settle()
    world.clock.pass_time(days=60)
    tables = ["persons_by_recruiter"]
    number = releasing.propose_release(hub(world), PERIOD, tables, 500, "anna", open_for=OPEN_FOR)

    def no_noise(counts: Any, *_: Any) -> list[int]:
        return list(counts)

    made = releasing.approve_release(hub(world), number, "boris", open_for=OPEN_FOR, draw=no_noise)
    assert made.charge.organisations == 6
    assert made.tables["persons_by_recruiter"]["unknown",].value == 45


def test_counts_of_earlier_quarters_leave_as_before_and_stand_beside(world: World) -> None:
    masks(world, "2026-Q2")
    assert sum(contribute_all_counts(world.databases[org]) for org in ORGS) == 5
    world.network.settle()
    assert shown(world) == 45


@pytest.fixture
def over_rabbitmq(world: World, broker: Broker, vhost: str) -> Iterator[World]:
    """The same network, each service with a link to a real broker of its own."""
    furnish(broker, vhost, *ORGS)
    with ExitStack() as opened:
        for place, (pump, link) in enumerate(world.network.pumps):
            post: Any = link
            wire = AmqpLink(vhost, pump.delivery.queue)
            opened.callback(wire.close, politely=False)
            world.network.pumps[place] = (pump, Post(wire, post.scribe))
        yield world


def test_over_rabbitmq_somebody_is_missing_and_the_others_are_added_up(over_rabbitmq: World) -> None:
    world = over_rabbitmq

    def turned(what: Any) -> Any:
        def turn() -> Any:
            for pump, link in world.network.pumps:
                pump.step(link, 0)
            return what()

        return poll_until(turn, seconds=60, what="the nodes")

    number = deciding.propose_rules(hub(world), {"masked_from": PERIOD}, "anna")
    deciding.approve_rules(hub(world), number, "boris")
    world.clock.pass_time(days=35)
    silent(world, "shore")
    asks(world)
    turned(lambda: len(stored(world)) == 5)
    asks(world, without=("shore",))
    turned(lambda: shown(world) is not None)
    assert shown(world) == 36
    assert all(row.masked is None for row in stored(world))
