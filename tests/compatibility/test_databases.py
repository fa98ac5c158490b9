"""A database of every released version becomes today's, and the network in it lives on."""

from collections.abc import Iterator
from contextlib import ExitStack, closing

import pytest
from sqlalchemy import func, select

from deploy.composition import open_database, scribe_of
from deploy.demo.network import Hands, SteppedNetwork, open_network
from deploy.demo.organisations import ORGANISATIONS
from deploy.demo.plan import HUB_SERVICES
from services.intake.domain import Actor, Role
from services.intake.storage.staff_tables import file_workers, referral_workers
from services.intake.storage.tables import moves, people
from services.intake.storage.tables import referrals as node_referrals
from services.intake.usecases.at_rest import accept_key, seal_what_is_in_the_clear
from services.intake.usecases.moves import MoveOrder, make_move
from services.intake.usecases.people import find_people
from services.intake.usecases.referrals import inbox, list_referrals, referral_page
from services.referral.storage import referrals as hub_referrals
from services.reporting.usecases.overview import overview
from shared.messaging.message import HUB
from shared.migrations import check, differences, upgrade
from shared.schemas.life import Move, State
from shared.sealing import OwnKeys, SigningKey
from shared.sealing.founding import found
from shared.testing.postgres import Postgres, fresh_database
from tests.compatibility.release import Release, releases

ENGINES = ("sqlite", "postgresql")
RELEASES = [pytest.param(release, id=release.version) for release in releases()]
WORKERS = {about.org: Actor(about.staff[0].username, Role.CASE_WORKER, about.org) for about in ORGANISATIONS}


def package_of(name: str) -> str:
    return f"services.{name}" if name in HUB_SERVICES else "services.intake"


@pytest.fixture(scope="module", params=RELEASES)
def release(request: pytest.FixtureRequest) -> Release:
    one: Release = request.param
    return one


@pytest.fixture(scope="module", params=ENGINES)
def restored(
    request: pytest.FixtureRequest,
    release: Release,
    tmp_path_factory: pytest.TempPathFactory,
    postgres: Postgres,
) -> Iterator[dict[str, str]]:
    """The addresses of all databases of that release, as they were left."""
    folder = tmp_path_factory.mktemp("restored")
    with ExitStack() as stack:
        urls = {}
        for name in release.databases(request.param):
            in_file = f"sqlite:///{folder / name}.db"
            is_file = request.param == "sqlite"
            urls[name] = in_file if is_file else stack.enter_context(fresh_database(postgres))
            release.restore(name, urls[name])
        yield urls


@pytest.fixture(scope="module")
def network(
    release: Release, restored: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SteppedNetwork]:
    """The whole network on these databases, brought up to today; what organisations sign with is made known."""
    folder = tmp_path_factory.mktemp("network")
    for name, url in restored.items():
        upgrade(package_of(name), url)
    hub = {name: restored[name] for name in HUB_SERVICES}
    keys = {org: release.keys(org, folder) for org in WORKERS}
    nodes = {org: (restored[org], keys[org]) for org in WORKERS}
    for org, (url, own) in nodes.items():
        scribe = scribe_of("intake", org, own)
        with closing(open_database("intake", url, sender=org, scribe=scribe)) as database:
            accept_key(database)
            seal_what_is_in_the_clear(database)
    bus, clock, hub_keys = folder / "bus.db", Hands(release.ended), OwnKeys.generate()
    parties = {about.org: (about.name, keys[about.org].public) for about in ORGANISATIONS}
    parties[HUB] = ("Hub", hub_keys.public)
    founded = found("kept", [SigningKey.generate()], 1, parties, release.ended)
    opened = open_network(bus, clock, hub=hub, hub_keys=hub_keys, nodes=nodes, network=founded)
    with closing(opened):
        yield opened


def test_it_becomes_what_the_code_expects(restored: dict[str, str]) -> None:
    for name, url in restored.items():
        upgrade(package_of(name), url)
        assert differences(package_of(name), url) == []
        check(package_of(name), url)


def test_nothing_in_it_is_lost(network: SteppedNetwork) -> None:
    with network.databases["referral"].reading() as tx:
        at_hub = tx.execute(select(func.count()).select_from(hub_referrals)).scalar_one()
    sent = 0
    for org in WORKERS:
        with network.databases[org].reading() as tx:
            mine = select(func.count()).where(node_referrals.c.direction == "out")
            sent += tx.execute(mine).scalar_one()
            assert tx.execute(select(func.count()).select_from(people)).scalar_one() > 50
    assert sent == at_hub > 40
    assert overview(network.databases["reporting"]).standing["waiting"] > 0


def test_every_page_of_it_can_be_read(network: SteppedNetwork) -> None:
    for org, worker in WORKERS.items():
        referrals, _ = list_referrals(network.databases[org], worker, limit=200)
        for referral in referrals:
            file = referral_page(network.databases[org], referral.id, worker)
            assert len(file.history) >= referral.number > 0
        assert len(referrals) > 20


def test_its_people_are_found_and_lie_sealed(network: SteppedNetwork) -> None:
    for org, worker in WORKERS.items():
        found = find_people(network.databases[org], "", worker)
        with network.databases[org].reading() as tx:
            rows = str(tx.execute(select(people)).all())

        assert {person.missing for person in found} == {None}
        assert all(person.name and person.name not in rows for person in found)
        one = found[-1]
        assert one in find_people(network.databases[org], one.name[1:], worker)
        assert one in find_people(network.databases[org], one.alias or one.name, worker)


def test_each_file_and_what_came_in_has_the_case_worker_who_dealt_with_it(network: SteppedNetwork) -> None:
    for org, worker in WORKERS.items():
        with network.databases[org].reading() as tx:
            everybody = set(tx.execute(select(people.c.id)).scalars())
            dealt_with = set(
                tx.execute(select(moves.c.referral_id).where(moves.c.made_by.is_not(None))).scalars()
            )
            came = tx.execute(select(node_referrals.c.id).where(node_referrals.c.direction == "in")).scalars()
            files = set(tx.execute(select(file_workers.c.person_id, file_workers.c.username)).all())
            taken = set(tx.execute(select(referral_workers.c.referral_id, referral_workers.c.username)).all())
        assert files == {(id_, worker.username) for id_ in everybody}
        assert taken == {(id_, worker.username) for id_ in dealt_with & set(came)}
        assert len(taken) > 5


def test_the_network_in_it_lives_on(network: SteppedNetwork) -> None:
    for org, worker in WORKERS.items():
        asked = inbox(network.databases[org], worker).waiting_for_my_answer
        waiting = next(one for one in asked if one.state is State.DELIVERED)
        make_move(network.databases[org], waiting.id, MoveOrder(Move.ACCEPT), worker)
        network.settle()

        sender = waiting.other_org
        there = referral_page(network.databases[sender], waiting.id, WORKERS[sender]).referral
        assert (there.state, there.unconfirmed) == (State.ACCEPTED, False)
